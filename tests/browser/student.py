"""A student who goes through a lesson's page, answers everything, and hands in."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_guess import brush
from xwidget.lessons import read_answers
from xwidget.lessons.answers import Answers


class Student:
    """On an open page of a lesson."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.root = page.locator(".xwidget-lesson")
        self.panel = page.locator(".xwidget-inspector")
        self.name = name

    def take(self) -> int:
        """Answer each question and go to the last step; return how many steps there are."""
        following = self.root.get_by_role("button", name="Next")
        steps = 1
        while True:
            self._answer()
            if not following.is_visible():
                return steps
            before = self.root.get_by_role("heading", level=2).inner_text()
            following.click()
            expect(self.root.get_by_role("heading", level=2)).not_to_have_text(before)
            steps += 1

    def _answer(self) -> None:
        boxes = self.root.locator(".xl-question")
        for k in range(boxes.count()):
            box = boxes.nth(k)
            commit = box.get_by_role("button", name="Commit my answer")
            if commit.is_visible():
                self._fill(box)
                commit.click()
                expect(box.locator(".xl-feedback")).not_to_be_empty()
            else:
                self._guess()

    def _fill(self, box: Locator) -> None:
        """Give the first answer that comes to mind."""
        if box.locator("select").count():
            for k, each in enumerate(box.locator("select").all()):
                each.select_option(index=k + 1)
        elif box.locator(".xl-number").count():
            box.locator(".xl-number input[type=text]").fill("0,5")
        elif box.locator("textarea").count():
            box.locator("textarea").fill("That it is the 杯 and not the spoon.")
        else:
            box.locator("input").first.check()

    def _guess(self) -> None:
        """Commit a guess in the panel, and see what it was worth."""
        commit = self.panel.get_by_role("button", name="Commit my guess")
        options = self.panel.locator(".xw-guess-options input")
        if options.count():
            options.first.check()
        if commit.is_disabled():
            brush(self.page, self.panel)
        commit.click()
        self.panel.get_by_role("button", name="Reveal").click()
        expect(self.panel.locator(".xw-worth")).to_be_visible()

    def hand_in(self, path: Path) -> Answers:
        """Save the answers to a file, and return what is in it."""
        self.root.locator(".xl-mine").evaluate("(details) => { details.open = true; }")
        self.root.get_by_label("Your name").fill(self.name)
        self.root.get_by_label("Your name").blur()
        with self.page.expect_download() as download:
            self.root.get_by_role("button", name="Save my answers").click()
        download.value.save_as(path)
        return read_answers(path)
