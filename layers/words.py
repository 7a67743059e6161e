"""Words of a layer: from the locale, or from the layer's own file where the locale has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.wording.catalogue import DEFAULT, Message, sentences
from geo.sentence import Sentence

#: Language → name → sentence, as a layer's file may carry them.
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class LayerMessage(Message):
    """A sentence about a layer, looked up in the locale first.

    Attributes
    ----------
    key
        Dotted key in the locale.
    arguments
        Value per field.
    own
        Language → sentence of the layer's own file; used where the locale lacks the key. A
        language that the file lacks falls back to English, then to the default language.
    """

    own: Mapping[str, str] = field(default_factory=dict, hash=False)

    def text(self, language: str) -> str:
        """Return the sentence in a language.

        Parameters
        ----------
        language
            Code of a language of the locale.

        Returns
        -------
        sentence
            Plain text.

        Raises
        ------
        KeyError
            If neither the locale nor the layer has the sentence.
        """
        if self.key in sentences(language) or not self.own:
            return super().text(language)
        spoken = next((code for code in (language, "en", DEFAULT) if code in self.own), None)
        sentence = self.own[spoken if spoken is not None else next(iter(self.own))]
        return sentence.format(
            **{
                name: value.text(language) if isinstance(value, Sentence) else value
                for name, value in self.arguments.items()
            }
        )


def own_sentence(words: Words, name: str) -> dict[str, str]:
    """Return, by language, the sentence that a layer's words hold under a name.

    Parameters
    ----------
    words
        Words of a layer's file.
    name
        Name of the sentence.

    Returns
    -------
    sentence
        Language → text.

    Examples
    --------
    >>> own_sentence({"en": {"title": "Edge"}, "zh": {}}, "title")
    {'en': 'Edge'}
    """
    return {code: texts[name] for code, texts in words.items() if name in texts}


def two_sentences(first: Message | None, second: Message | None) -> Message | None:
    """Return both sentences as one message; one alone, or None, where the other is missing.

    Parameters
    ----------
    first, second
        Messages, or None.

    Returns
    -------
    message
        None where both are.
    """
    if first is None or second is None:
        return first if second is None else second
    return Message("list.two_sentences", {"first": first, "second": second})
