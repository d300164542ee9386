"""Write docs/reference/bpmn.md from the tables of the BPMN library."""

from pathlib import Path

from zhengtong.process.bpmn.coverage import reference_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "bpmn.md"

if __name__ == "__main__":
    PAGE.write_text(reference_page(), encoding="utf-8")
    print(PAGE)
