#!/usr/bin/env python3
"""Tests tools/check_layers.py on small trees."""

import tempfile
import unittest
from pathlib import Path

import check_layers


def tree(root: str, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Path(root)


LAYERS = {
    "src/CMakeLists.txt": "add_subdirectory(core)\nadd_subdirectory(audio)\n",
    "src/core/CMakeLists.txt": "auscult_add_module(core LINKS OpenSSL::Crypto)\n",
    "src/audio/CMakeLists.txt": "auscult_add_module(audio DEPENDS core LINKS PkgConfig::sndfile)\n",
}


class CheckLayersTest(unittest.TestCase):
    def found(self, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as root:
            return check_layers.violations(tree(root, LAYERS | files))

    def test_accepts_includes_of_declared_modules_and_the_installed_api(self):
        self.assertEqual(
            self.found({"src/audio/pcm.cpp": '#include "core/limits.hpp"\n#include "auscult/audio.hpp"\n'}), []
        )

    def test_reports_an_include_that_is_not_declared(self):
        found = self.found({"src/core/hash.cpp": '#include "audio/pcm.hpp"\n'})
        self.assertEqual(len(found), 1)
        self.assertIn("includes audio/, not in the DEPENDS of core", found[0])

    def test_reports_a_dependency_on_a_module_that_is_not_above(self):
        found = self.found({"src/core/CMakeLists.txt": "auscult_add_module(core DEPENDS audio)\n"})
        self.assertEqual(found, ["src/CMakeLists.txt: core depends on audio, which is not above it"])

    def test_reports_an_installed_header_that_includes_a_module(self):
        found = self.found({"include/auscult/audio.hpp": '#include "core/limits.hpp"\n'})
        self.assertEqual(len(found), 1)
        self.assertIn("installed, but includes core/", found[0])


if __name__ == "__main__":
    unittest.main()
