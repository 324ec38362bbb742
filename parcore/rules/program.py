"""A graph laid out for evaluation: each node once, operands before what uses them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, fields, frozen

from parcore.rules.graph import NODES, Node, Over


@frozen
class Program:
    """A graph laid out for evaluation: each node once, operands before what uses them.

    `inputs[i]` are the positions of the operands of `nodes[i]`; `roots` names positions. The bodies
    of `Over` nodes are programs of their own (`bodies`, by position). `known` is a reading's memo.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[tuple[int, ...], ...]
    roots: Mapping[str, int]
    bodies: Mapping[int, Program] = field(factory=dict)
    known: dict[object, object] = field(factory=dict, init=False, eq=False, repr=False)


def lay_out(roots: Mapping[str, Node]) -> Program:
    """Lay a graph out from its named roots; nodes of equal content share one position.

    Linear in the size of the graph: a node is known by its own content and its operands' positions.
    """
    return _lay_out(roots)[0]


def _lay_out(roots: Mapping[str, Node]) -> tuple[Program, object]:
    position: dict[int, int] = {}
    known: dict[object, int] = {}
    nodes: list[Node] = []
    inputs: list[tuple[int, ...]] = []
    bodies: dict[int, Program] = {}
    waiting = list(roots.values())[::-1]
    while waiting:
        node = waiting[-1]
        new = [each for each in node.inputs() if id(each) not in position]
        if new and id(node) not in position:
            waiting += reversed(new)
            continue
        waiting.pop()
        if id(node) in position:
            continue
        body, inner = (None, None) if not isinstance(node, Over) else _lay_out(_parts(node))
        key = (type(node), inner, *(_content(part, position) for part in _own(node)))
        at = position[id(node)] = known.setdefault(key, len(nodes))
        if at == len(nodes):
            nodes.append(node)
            inputs.append(tuple(position[id(each)] for each in node.inputs()))
            if body is not None:
                bodies[at] = body
    named = {name: position[id(node)] for name, node in roots.items()}
    return Program(tuple(nodes), tuple(inputs), named, bodies), (tuple(known), tuple(named.items()))


def _parts(node: Over) -> dict[str, Node]:
    return {"body": node.body} | ({} if node.where is None else {"where": node.where})


def _own(node: Node) -> list[object]:
    """A node's fields, but for the body of `Over`, which is no operand and is known by its program."""
    inner = ("body", "where") if isinstance(node, Over) else ()
    return [getattr(node, each.name) for each in fields(type(node)) if each.name not in inner]


def _content(part: object, position: Mapping[int, int]) -> object:
    """A node's field with the operands in it replaced by their positions."""
    if isinstance(part, tuple):
        return tuple(_content(each, position) for each in part)
    return ("operand", position[id(part)]) if isinstance(part, NODES) else part
