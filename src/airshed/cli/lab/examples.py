"""`airshed lab examples`: the worked scripts that are shipped, for who has installed Airshed and no checkout."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.counted import counted
from airshed.model.refusal import Malformed


def examples(
    out: Annotated[Path | None, typer.Option("--out", help="Copy them into this folder.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """The worked scripts of the library: what each one shows, and a copy to begin with. 示例脚本。

    Example: airshed lab examples
    """
    from airshed.rulebook.shipped import shipped

    folder = shipped("examples", "closed_cities.py").parent
    found = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}
    shows = {name: (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0] for name, text in found.items()}
    if out is not None:
        _copy(found, out)
    if json:
        as_json({"folder": str(out or folder), "examples": shows})
        return
    table("Examples 示例", ("script 脚本", "what it shows"), list(shows.items()))
    console.print(f"{counted(len(found), 'script')} in {out or folder}; run one with python", soft_wrap=True)


def _copy(found: dict[str, str], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            path = out / name
            if path.exists() and path.read_text("utf-8") != text:
                raise Malformed(str(path), "is there already and is not the same", "name another folder")
        for name, text in found.items():
            (out / name).write_text(text, "utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed("--out", f"{out} cannot be used ({error})", "name a folder") from None
