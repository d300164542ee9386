"""Character classes 字符类: categories, blocks, the multi-character escapes, and matching without regard to case."""

import unicodedata
from collections.abc import Callable
from typing import Final

CharTest = Callable[[str], bool]

_START_RANGES: Final = (
    (":", ":"), ("A", "Z"), ("_", "_"), ("a", "z"), ("\u00c0", "\u00d6"), ("\u00d8", "\u00f6"), ("\u00f8", "\u02ff"),
    ("\u0370", "\u037d"), ("\u037f", "\u1fff"), ("\u200c", "\u200d"), ("\u2070", "\u218f"), ("\u2c00", "\u2fef"),
    ("\u3001", "\ud7ff"), ("\uf900", "\ufdcf"), ("\ufdf0", "\ufffd"), ("\U00010000", "\U000effff"),
)  # fmt: skip
_NAME_RANGES: Final = (
    *_START_RANGES, ("-", "."), ("0", "9"), ("\u00b7", "\u00b7"), ("\u0300", "\u036f"), ("\u203f", "\u2040"),
)  # fmt: skip
# Unicode blocks by their XML Schema names.
BLOCKS: Final = {
    "BasicLatin": (0x0, 0x7F), "Latin-1Supplement": (0x80, 0xFF), "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F), "IPAExtensions": (0x250, 0x2AF), "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F), "Greek": (0x370, 0x3FF), "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF), "Armenian": (0x530, 0x58F), "Hebrew": (0x590, 0x5FF), "Arabic": (0x600, 0x6FF),
    "Syriac": (0x700, 0x74F), "Thaana": (0x780, 0x7BF), "Devanagari": (0x900, 0x97F), "Bengali": (0x980, 0x9FF),
    "Gurmukhi": (0xA00, 0xA7F), "Gujarati": (0xA80, 0xAFF), "Oriya": (0xB00, 0xB7F), "Tamil": (0xB80, 0xBFF),
    "Telugu": (0xC00, 0xC7F), "Kannada": (0xC80, 0xCFF), "Malayalam": (0xD00, 0xD7F), "Sinhala": (0xD80, 0xDFF),
    "Thai": (0xE00, 0xE7F), "Lao": (0xE80, 0xEFF), "Tibetan": (0xF00, 0xFFF), "Myanmar": (0x1000, 0x109F),
    "Georgian": (0x10A0, 0x10FF), "HangulJamo": (0x1100, 0x11FF), "Ethiopic": (0x1200, 0x137F),
    "Cherokee": (0x13A0, 0x13FF), "UnifiedCanadianAboriginalSyllabics": (0x1400, 0x167F), "Ogham": (0x1680, 0x169F),
    "Runic": (0x16A0, 0x16FF), "Khmer": (0x1780, 0x17FF), "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF), "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F), "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF), "CombiningMarksforSymbols": (0x20D0, 0x20FF),
    "CombiningDiacriticalMarksforSymbols": (0x20D0, 0x20FF), "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F), "Arrows": (0x2190, 0x21FF), "MathematicalOperators": (0x2200, 0x22FF),
    "MiscellaneousTechnical": (0x2300, 0x23FF), "ControlPictures": (0x2400, 0x243F),
    "OpticalCharacterRecognition": (0x2440, 0x245F), "EnclosedAlphanumerics": (0x2460, 0x24FF),
    "BoxDrawing": (0x2500, 0x257F), "BlockElements": (0x2580, 0x259F), "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF), "Dingbats": (0x2700, 0x27BF), "BraillePatterns": (0x2800, 0x28FF),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF), "KangxiRadicals": (0x2F00, 0x2FDF),
    "IdeographicDescriptionCharacters": (0x2FF0, 0x2FFF), "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F), "Katakana": (0x30A0, 0x30FF), "Bopomofo": (0x3100, 0x312F),
    "HangulCompatibilityJamo": (0x3130, 0x318F), "Kanbun": (0x3190, 0x319F), "BopomofoExtended": (0x31A0, 0x31BF),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF), "CJKCompatibility": (0x3300, 0x33FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF), "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "YiSyllables": (0xA000, 0xA48F), "YiRadicals": (0xA490, 0xA4CF), "HangulSyllables": (0xAC00, 0xD7AF),
    "PrivateUse": (0xE000, 0xF8FF), "PrivateUseArea": (0xE000, 0xF8FF), "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "AlphabeticPresentationForms": (0xFB00, 0xFB4F), "ArabicPresentationForms-A": (0xFB50, 0xFDFF),
    "CombiningHalfMarks": (0xFE20, 0xFE2F), "CJKCompatibilityForms": (0xFE30, 0xFE4F),
    "SmallFormVariants": (0xFE50, 0xFE6F), "ArabicPresentationForms-B": (0xFE70, 0xFEFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF), "Specials": (0xFFF0, 0xFFFF), "OldItalic": (0x10300, 0x1032F),
    "Gothic": (0x10330, 0x1034F), "Deseret": (0x10400, 0x1044F), "ByzantineMusicalSymbols": (0x1D000, 0x1D0FF),
    "MusicalSymbols": (0x1D100, 0x1D1FF), "MathematicalAlphanumericSymbols": (0x1D400, 0x1D7FF),
    "Emoticons": (0x1F600, 0x1F64F), "CJKUnifiedIdeographsExtensionB": (0x20000, 0x2A6DF),
    "CJKCompatibilityIdeographsSupplement": (0x2F800, 0x2FA1F), "Tags": (0xE0000, 0xE007F),
}  # fmt: skip
_MINOR: Final = {"L": "ultmo", "M": "cen", "N": "dlo", "P": "cdseifo", "Z": "slp", "S": "mcko", "C": "cfon"}
_CATEGORIES: Final = frozenset(_MINOR) | {major + each for major, minor in _MINOR.items() for each in minor}
# Characters whose simple case folding is a letter of another block; every other pair is found by lower() and upper().
_FOLDING: Final = {"k": "\u212a", "K": "\u212a", "s": "\u017f", "S": "\u017f", "å": "\u212b", "Å": "\u212b"}


def variants(character: str) -> frozenset[str]:
    """Return the character and its other cases."""
    forms = {character, character.lower(), character.upper(), character.title()}
    forms |= {form.lower() for form in forms} | {form.upper() for form in forms}
    if character in _FOLDING:
        forms.add(_FOLDING[character])
    return frozenset(form for form in forms if len(form) == 1)


def property_test(name: str) -> CharTest | None:
    """Return the test of a `p{name}` escape, or None if there is no such category or block."""
    if name in _CATEGORIES:
        if len(name) == 1:
            return lambda c: unicodedata.category(c)[0] == name
        return lambda c: unicodedata.category(c) == name
    block = BLOCKS.get(name[2:]) if name.startswith("Is") else None
    if block is None:
        return None
    low, high = block
    return lambda c: low <= ord(c) <= high


def _within(ranges: tuple[tuple[str, str], ...]) -> CharTest:
    return lambda c: any(low <= c <= high for low, high in ranges)


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


ESCAPE_CLASSES: Final[dict[str, CharTest]] = {
    "s": lambda c: c in " \t\n\r",
    "d": str.isdecimal,
    "w": _is_word,
    "i": _within(_START_RANGES),
    "c": _within(_NAME_RANGES),
}


def negate(test: CharTest) -> CharTest:
    """Return the opposite test."""
    return lambda c: not test(c)


class CharClass:
    """A bracket expression: characters, ranges and escapes, perhaps negated, less another class."""

    __slots__ = ("ignore_case", "minus", "negated", "ranges", "singles", "tests")

    def __init__(self, *, ignore_case: bool) -> None:
        self.ignore_case = ignore_case
        self.negated = False
        self.singles: set[str] = set()
        self.ranges: list[tuple[str, str]] = []
        self.tests: list[CharTest] = []
        self.minus: CharClass | None = None

    def __call__(self, character: str) -> bool:
        """Tell whether the class holds *character*."""
        forms = variants(character) if self.ignore_case else (character,)
        inside = any(self._holds(form) for form in forms) or any(test(character) for test in self.tests)
        return inside is not self.negated and not (self.minus is not None and self.minus(character))

    def _holds(self, character: str) -> bool:
        return character in self.singles or any(low <= character <= high for low, high in self.ranges)
