"""Names on the map, by zoom and in space, groups and density: what the canvases were drawn with."""

from visits import PICTURES, VECTORS, WORK, Visit, check, wordtool


def overlaps(names):
    """Pairs of names that lie over each other."""
    return [(a["text"], b["text"]) for at, a in enumerate(names) for b in names[at + 1:]
            if a["left"] < b["right"] and b["left"] < a["right"]
            and a["top"] < b["bottom"] and b["top"] < a["bottom"]]


def groups_of(visit):
    """What groups are called, by the legend."""
    visit.page.select_option("#color", "group")
    visit.page.click("#tab-legend")
    return [name.inner_text() for name in visit.page.query_selector_all(".legend bdi")]


def check_names(visit):
    """Names by zoom, named groups, and lines of density."""
    page = visit.page
    groups = groups_of(visit)
    page.click("#fit")
    whole = visit.drawn()
    names = [name["text"] for name in whole["names"]]
    check(len([name for name in names if name in groups]) >= len(groups) / 3, "groups are named on the map",
          names[:40])
    check(len(names) > len(groups), "words are named beside them", names[:40])
    check(not overlaps(whole["names"]), "no two names overlap", overlaps(whole["names"])[:5])
    check(whole["lines"] >= 3 and whole["pictures"] == 1, "density is a ground and lines", whole["lines"])
    for level in range(5):
        page.click("#zoom-in")
        page.click("#zoom-in")
        near = visit.drawn()
        check(not overlaps(near["names"]), f"nor at the zoom {1.5 ** (2 * level + 2):.0f}",
              overlaps(near["names"])[:5])
        if level == 1:
            new = [n["text"] for n in near["names"] if n["text"] not in names]
            check(len(new) > 10, "from near other words are named", new)
    check(not [n for n in near["names"] if n["text"] in groups], "groups are named from afar only")
    check(near["lines"] == 0, "lines, which would be coarse from near, are gone")
    page.click("#names")
    check(not visit.drawn()["names"], "names can be switched off")
    page.click("#names")
    page.click("#fit")
    page.click("#density")
    without = visit.drawn()
    check(without["lines"] == 0 and without["pictures"] == 0, "so can density")
    page.click("#density")


def check_space(chromium):
    """The map in space: named groups, names in front, density by how full points are."""
    page = WORK / "space.html"
    wordtool("explore", VECTORS, "-o", page, "--top", "3000", "--dimensions", "3", "--method", "pca", "-q")
    for graphics in ("webgl", "canvas"):
        visit = Visit(chromium, page, "" if graphics == "webgl" else "#points=canvas", records=True)
        check(visit.page.get_attribute("#map", "data-renderer") == graphics, f"{graphics} draws the space")
        groups = groups_of(visit)
        visit.page.click("#solid")
        drawn = visit.drawn()
        named = [name["text"] for name in drawn["names"]]
        check([name for name in named if name in groups], f"{graphics}: groups are named in space", named[:20])
        check([name for name in named if name not in groups], f"{graphics}: words too", named[:20])
        check(not overlaps(drawn["names"]), f"{graphics}: no two names overlap in space",
              overlaps(drawn["names"])[:5])
        check(drawn["lines"] == 0, f"{graphics}: no lines over a space that turns")
        visit.page.click("#names")
        visit.page.wait_for_timeout(300)
        dense = visit.page.locator("#map").screenshot()
        visit.page.click("#density")
        visit.page.wait_for_timeout(300)
        check(visit.page.locator("#map").screenshot() != dense, f"{graphics}: density is seen in space")
        visit.page.click("#density")
        visit.page.click("#names")
        before = visit.fragment
        visit.page.focus("#map")
        visit.page.keyboard.press("Shift+ArrowLeft")
        check(visit.fragment != before and not overlaps(visit.drawn()["names"]), f"{graphics}: it turns")
        if PICTURES:
            visit.page.screenshot(path=PICTURES / f"space-{graphics}.png")
        visit.end(f"space, {graphics}")
