"""`cmake --install` and the Debian packages: what they have is listed, runs from where it
is, and goes away whole. contrib/fresh-root.sh is the long form, in a root of its own."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from installed import BUILD, MAN, ROOT, run

VERSION = os.environ["OUTFEED_VERSION"]
SERIES = ".".join(VERSION.split(".")[:2])
PACKAGES = {"outfeed", f"liboutfeed{SERIES}", "liboutfeed-dev"}


def files(folder):
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*")
            if path.is_symlink() or not path.is_dir()}


def expected():
    """What is installed, without the folders that differ from one system to the next."""
    names = {"bin/outfeed", "share/bash-completion/completions/outfeed", "share/zsh/site-functions/_outfeed",
             "share/fish/vendor_completions.d/outfeed.fish", "liboutfeed.so", f"liboutfeed.so.{SERIES}",
             f"liboutfeed.so.{VERSION}", "pkgconfig/outfeed.pc", "cmake/outfeed/outfeedConfig.cmake",
             "cmake/outfeed/outfeedConfigVersion.cmake", "cmake/outfeed/outfeedTargets.cmake"}
    names |= {f"share/man/man{page.suffix[1:]}/{page.name}" for page in MAN.iterdir()}
    names |= {f"include/outfeed/{header.name}" for header in (ROOT / "include" / "outfeed").glob("*.h")}
    docs = ["README.md", "LICENSE", "contrib/CHANGELOG.md", "contrib/SECURITY.md"]
    names |= {f"share/doc/outfeed/{Path(name).name}" for name in docs if (ROOT / name).exists()}
    return names


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("staged")
    run("cmake", "--install", BUILD, "--prefix", "/opt/outfeed", env={**os.environ, "DESTDIR": str(folder)})
    return folder / "opt" / "outfeed"


@pytest.fixture(scope="module")
def debs(tmp_path_factory):
    """The packages of this build, by name."""
    folder = tmp_path_factory.mktemp("debs")
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "DEB", "-B", folder)
    return {path.name.split("_")[0]: path for path in folder.glob("*.deb")}


@pytest.fixture(scope="module")
def unpacked(debs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    for deb in debs.values():
        run("dpkg-deb", "-x", deb, folder)
    return folder


def test_what_is_installed_is_listed(staged):
    found = {re.sub(r"^lib/([\w-]+-linux-gnu\w*/)?", "", name) for name in files(staged)}
    found = {name for name in found if not re.fullmatch(r"cmake/outfeed/outfeedTargets-\w+\.cmake", name)}
    found = {re.sub(r"^share/doc/\w+/", "share/doc/outfeed/", name) for name in found}
    assert found == expected()


def test_installed_files_name_no_build(staged):
    for name in files(staged):
        path = staged / name
        if path.suffix in (".pc", ".cmake") or name.startswith("share/"):
            assert str(BUILD) not in path.read_text("utf-8"), name


def test_installed_elsewhere_it_is_found(staged, tmp_path):
    """The .pc file says where it lies, and a program links and runs by it."""
    config = next(staged.rglob("outfeed.pc"))
    env = {**os.environ, "PKG_CONFIG_PATH": str(config.parent)}
    flags = run("pkg-config", "--cflags", "--libs", "outfeed", env=env).split()
    program = tmp_path / "x.c"
    program.write_text('#include <outfeed/outfeed.h>\n#include <stdio.h>\n'
                       'int main(void)\n{\n\treturn puts(of_version()) < 0;\n}\n')
    run(os.environ["OUTFEED_CC"], *os.environ["OUTFEED_CFLAGS"].split(), program, "-o", tmp_path / "x", *flags)
    env["LD_LIBRARY_PATH"] = str(next(staged.rglob("liboutfeed.so")).parent)
    assert run(tmp_path / "x", env=env) == VERSION + "\n"


def test_packages(debs):
    assert set(debs) == PACKAGES


def test_packages_share_no_file(debs, tmp_path):
    seen = {}
    for package, deb in debs.items():
        run("dpkg-deb", "-x", deb, tmp_path / package)
        for name in files(tmp_path / package):
            assert name not in seen, f"{name}: {package} and {seen[name]}"
            seen[name] = package
    assert seen["usr/bin/outfeed"] == "outfeed"
    assert all(package == "liboutfeed-dev" for name, package in seen.items() if name.startswith("usr/include/"))


def test_packages_have_what_is_installed(unpacked):
    found = {Path(name).name.removesuffix(".gz") for name in files(unpacked)}
    assert {Path(name).name for name in expected()} - found == {"LICENSE", "CHANGELOG.md"}
    assert "copyright" in found and "changelog" in found


def test_packages_depend_on_what_they_use(debs):
    depends = {name: run("dpkg-deb", "-f", deb, "Depends") for name, deb in debs.items()}
    for name in ("outfeed", f"liboutfeed{SERIES}"):
        for library in ("libc6", "libcurl4", "libxml2", "libsqlite3-0", "libyaml-0-2"):
            assert library in depends[name], (name, library)
    assert f"liboutfeed{SERIES} (= {VERSION}-1)" in depends["liboutfeed-dev"]


def test_lintian_finds_no_error(debs):
    done = subprocess.run(["lintian", "--fail-on", "error", "--allow-root", *debs.values()], capture_output=True,
                          text=True)
    # the tests' build is not below /usr, and a sanitized one has other sins
    errors = [line for line in done.stdout.splitlines() if line.startswith("E: ")]
    assert [line for line in errors if not re.search(r"dir-or-file-in-usr-local|unstripped|custom-library-search-path",
                                                     line)] == []


def test_the_packaged_program_runs(unpacked, site):
    site.items()
    program = unpacked / "usr" / "bin" / "outfeed"
    assert run(program, "version").split()[1] == VERSION
    run(program, "build", "--now", "2026-01-01T00:00:00Z", site.folder)
    assert site.titles() == ["Item 3", "Item 2", "Item 1"]


@pytest.fixture
def dpkg(tmp_path):
    """dpkg with a root and a database of its own, empty."""
    root = tmp_path / "root"
    for name in ("updates", "info", "triggers"):
        (root / "var" / "lib" / "dpkg" / name).mkdir(parents=True)
    for name in ("status", "available"):
        (root / "var" / "lib" / "dpkg" / name).touch()

    def call(*arguments):
        return run("fakeroot", "dpkg", f"--root={root}", "--force-not-root", "--force-depends",
                   "--force-script-chrootless", "--log=/dev/null", *arguments,
                   env={**os.environ, "LD_PRELOAD": "", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    return root, call


def test_removal_leaves_nothing(debs, dpkg):
    root, call = dpkg

    def everything():
        return {str(path.relative_to(root)) for path in root.rglob("*")
                if not str(path.relative_to(root)).startswith("var/")}
    before = everything()
    call("-i", debs["outfeed"])
    assert "usr/bin/outfeed" in everything()
    call("-P", "outfeed")
    assert everything() == before


def test_program_package_has_no_scripts(debs, tmp_path):
    run("dpkg-deb", "-e", debs["outfeed"], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"control", "md5sums"}


# -- The tarball

@pytest.fixture(scope="module")
def tarball(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run("sh", ROOT / "contrib" / "dist.sh", VERSION, folder)
    return folder / f"outfeed-{VERSION}.tar.xz"


def test_tarball_again_is_the_same(tarball, tmp_path):
    run("sh", ROOT / "contrib" / "dist.sh", VERSION, tmp_path, env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"})
    assert (tmp_path / tarball.name).read_bytes() == tarball.read_bytes()


def test_tarball_of_a_tarball_is_the_same(tarball, tmp_path):
    """Without git; and what a build left is not in it."""
    run("tar", "-xf", tarball, "-C", tmp_path)
    root = tmp_path / f"outfeed-{VERSION}"
    (root / "build" / "dev").mkdir(parents=True)
    (root / "build" / "dev" / "x.o").write_text("x")
    (root / "tests" / "__pycache__").mkdir()
    (root / "tests" / "__pycache__" / "x.pyc").write_text("x")
    (tmp_path / "out").mkdir()
    run("sh", root / "contrib" / "dist.sh", VERSION, tmp_path / "out")
    assert (tmp_path / "out" / tarball.name).read_bytes() == tarball.read_bytes()


def test_tarball_has_one_folder_and_the_sources(tarball):
    names = run("tar", "-tf", tarball).splitlines()
    assert all(name.startswith(f"outfeed-{VERSION}/") for name in names)
    inner = [name.split("/", 1)[1] for name in names]
    assert inner == sorted(inner)
    assert {"CMakeLists.txt", "README.md", "src/build.c", "tests/conftest.py"} <= set(inner)
    owners = {line.split()[1] for line in run("tar", "--numeric-owner", "-tvf", tarball).splitlines()}
    assert owners == {"0/0"}


def test_tarball_configures_without_git(tarball, tmp_path):
    """The long form builds it too; here it is enough that CMake finds all that it names."""
    run("tar", "-xf", tarball, "-C", tmp_path)
    assert shutil.which("cmake")
    run("cmake", "-G", "Ninja", "-S", tmp_path / f"outfeed-{VERSION}", "-B", tmp_path / "build",
        f"-DCMAKE_C_COMPILER={os.environ['OUTFEED_CC']}", env={**os.environ, "GIT_DIR": "/nonexistent"})
