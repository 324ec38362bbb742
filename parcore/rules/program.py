"""A graph laid out for evaluation: each node once, operands before what uses them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, fields, frozen

from parcore.rules.graph import NODES, Node, Over


@frozen
class Program:
    """A graph laid out for evaluation: each node once, operands before what uses them.

    `inputs[i]` are the positions of the operands of `nodes[i]`; `roots` names positions. The bodies
    of `Over` nodes are programs of their own (`bodies`, by position).
    """

    nodes: tuple[Node, ...]
    inputs: tuple[tuple[int, ...], ...]
    roots: Mapping[str, int]
    bodies: Mapping[int, Program] = field(factory=dict)


def lay_out(roots: Mapping[str, Node]) -> Program:
    """Lay a graph out from its named roots; nodes of equal content share one position.

    Linear in the size of the graph: a node is known by its own content and its operands' positions.
    """
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
        key = (type(node), *(_content(getattr(node, each.name), position) for each in fields(type(node))))
        at = known.setdefault(key, len(nodes))
        position[id(node)] = at
        if at == len(nodes):
            nodes.append(node)
            inputs.append(tuple(position[id(each)] for each in node.inputs()))
            if isinstance(node, Over):
                inner = (
                    {"body": node.body} if node.where is None else {"body": node.body, "where": node.where}
                )
                bodies[at] = lay_out(inner)
    named = {name: position[id(node)] for name, node in roots.items()}
    return Program(tuple(nodes), tuple(inputs), named, bodies)


def _content(part: object, position: Mapping[int, int]) -> object:
    """A node's field with the operands in it replaced by their positions."""
    if isinstance(part, tuple):
        return tuple(_content(each, position) for each in part)
    if isinstance(part, NODES):
        # What is no operand (the body of Over) is known by its content.
        return ("operand", position[id(part)]) if id(part) in position else part
    return part
