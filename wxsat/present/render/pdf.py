"""A whole document to PDF by Typst: A4, the same bytes for the same content, typefaces embedded.

Typst is an optional part of the package (``pip install 'wxsat[pdf]'``).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from wxsat.errors import UsageError
from wxsat.present.document import Document
from wxsat.present.fonts import find_chinese_family, font_families
from wxsat.present.render.document_typst import page_styles, render_document_typst

_PAGES = re.compile(rb"/Type\s*/Pages[^>]*?/Count\s+(\d+)")
ENDINGS = {"image/svg+xml": "svg", "image/png": "png"}


def render_document_pdf(document: Document, read_image: Callable[[str], tuple[bytes, str]]) -> bytes:
    """
    Render a document as PDF.

    Parameters
    ----------
    document : Document
    read_image : callable
        From the file name of a figure without suffix to its bytes and media type.

    Returns
    -------
    bytes
        No date and no chance in it: the same document gives the same bytes with the same version of Typst and
        the same typefaces.

    Raises
    ------
    UsageError
        ``OUT-031`` without the package ``typst``.
    """
    compile_typst = _compiler()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files: dict[str, str] = {}
        for number, figure in enumerate(document.figures(), start=1):
            payload, kind = read_image(figure.file)
            files[figure.file] = f"figure{number}.{ENDINGS[kind]}"
            (folder / files[figure.file]).write_bytes(payload)
        source = folder / "document.typ"
        made = b""
        for style in page_styles(document):
            source.write_text(render_document_typst(document, files, tuple(font_families()), style), encoding="utf-8")
            made = compile_typst(
                str(source), root=str(folder), font_paths=font_folders(), ignore_system_fonts=True, format="pdf"
            )
            if document.pages is None or count_pages(made) <= document.pages:
                break
    return made


def count_pages(pdf: bytes) -> int:
    """Return the number of pages that the page tree of a PDF states; 0 where there is none to be read."""
    return max(map(int, _PAGES.findall(pdf)), default=0)


def _compiler() -> Callable[..., bytes]:
    try:
        import typst
    except ImportError:
        raise UsageError(
            "OUT-031",
            "PDF needs the package typst, which is not installed.",
            hint="Install it with: pip install 'wxsat[pdf]' (or: pip install typst); or take --to docx.",
        ) from None
    found: Callable[..., bytes] = typst.compile
    return found


def font_folders() -> list[str]:
    """Return the folders of the typefaces that figures use: matplotlib's own and the Chinese one."""
    import matplotlib
    from matplotlib import font_manager

    folders = [str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")]
    family = find_chinese_family()
    if family is not None:
        file = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
        folders.append(str(Path(file).parent))
    return folders
