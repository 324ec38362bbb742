"""Wide tables on a cluster: the engine `spark`.

`pieces` are what tasks read; `local` says whose their rows are; `stored` and `reading` are what a task does
with a piece; `blocks` gives tasks their pieces; `opening` checks the evidence; `held` answers for all of it.
"""
