"""What the plugin says, from `words.yaml`, filled in in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from parcore.i18n import LANGUAGES, Text


@cache
def words() -> dict[str, Text]:
    """Every sentence, by name."""
    import yaml

    read = yaml.load((files("parcore_robust") / "words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {name: Text(each["vi"], each["en"]) for name, each in read.items()}


def tell(word: str, **values: object) -> Text:
    """A sentence in both languages; a value that is a `Text` in each language's own form."""
    said = {
        lang: words()[word]
        .in_(lang)
        .format_map(
            {name: each.in_(lang) if isinstance(each, Text) else str(each) for name, each in values.items()}
        )
        for lang in LANGUAGES
    }
    return Text(said["vi"], said["en"])
