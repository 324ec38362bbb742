/* The rules of `generated.py` as a user would write them in C: float64, criterion after criterion, row after row.
   Columns come as arrays of pointers, in the order of the criteria; a choice has no whole. */
#include <math.h>
#include <stdint.h>

void score(int64_t rows, int32_t criteria, const int8_t **part_states, const int8_t **whole_states,
           const int32_t **parts, const int32_t **wholes, const int8_t **choices, double **points,
           double *base, double *attainable, double *rate, double *rounded) {
  for (int64_t r = 0; r < rows; r++) base[r] = 0, attainable[r] = 0;
  for (int32_t c = 0; c < criteria; c++) {
    const int8_t *ps = part_states[c], *ws = whole_states[c], *choice = choices[c];
    const int32_t *part = parts[c], *whole = wholes[c];
    double *out = points[c];
    switch (c % 5) {
    case 0:
      for (int64_t r = 0; r < rows; r++) {
        double share = whole[r] ? (double)part[r] / whole[r] : 0;
        int nothing = !ws[r] && !whole[r], known = !ps[r] && !ws[r];
        out[r] = nothing ? 2 : !known ? 0 : share >= 1 ? 2 : share >= 0.8 ? share * 2 : 0;
        base[r] += out[r], attainable[r] += 2;
      }
      break;
    case 1:
      for (int64_t r = 0; r < rows; r++) {
        double share = whole[r] ? (double)part[r] / whole[r] : 0;
        int known = !ps[r] && !ws[r] && whole[r];
        out[r] = !known ? 0 : share > 0.9 ? 2 : share >= 0.7 ? 1 : 0;
        base[r] += out[r], attainable[r] += 2;
      }
      break;
    case 2:
      for (int64_t r = 0; r < rows; r++) {
        double share = whole[r] ? (double)part[r] / whole[r] : 0;
        int nothing = !ws[r] && !whole[r], known = !ps[r] && !ws[r] && !nothing;
        out[r] = !known ? 0 : share < 0.3 ? share / 0.3 : share < 0.6 ? 1 + (share - 0.3) / 0.3 : 2;
        base[r] += out[r], attainable[r] += nothing ? 0 : 2;
      }
      break;
    case 3:
      for (int64_t r = 0; r < rows; r++) {
        out[r] = ps[r] ? 0 : choice[r] == 0 ? 2 : choice[r] == 1 ? 1 : 0;
        base[r] += out[r], attainable[r] += 2;
      }
      break;
    default:
      for (int64_t r = 0; r < rows; r++) {
        double left = 2 - 0.01 * part[r] - 0.001 * whole[r];
        out[r] = ps[r] || ws[r] || left < 0 ? 0 : left;
        base[r] += out[r], attainable[r] += 2;
      }
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    rate[r] = 100 * base[r] / attainable[r];
    rounded[r] = floor(rate[r] * 100 + 0.5) / 100;
  }
}
