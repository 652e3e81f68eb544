"""What runs outfeed on a schedule: units, crontab, container, and the jobs of code hosts.

Run here: the units' own commands, the crontab's lines, and the script that the hosts' files
call, in a clean folder. The hosts and a container's engine cannot be: their files are parsed,
and checked for what they must and must not say.
"""
import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from conftest import TESTS, tree

CONTRIB = TESTS.parent / "contrib"
UNITS = sorted(path.name for path in (CONTRIB / "systemd").iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]
OUTFEED = os.path.abspath(os.environ["OUTFEED"])
# As small as what systemd itself calls "OK" and better; less is more.
EXPOSURE = {"outfeed@.service": 15, "outfeed-audit@.service": 25,
            "outfeed-audit-worker@.service": 25}


def sh(*command, status=0, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **options)
    assert done.returncode == status, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """A folder that holds the program under its name, as /usr/bin would."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "outfeed").symlink_to(OUTFEED)
    return folder


# -- systemd

@pytest.fixture
def units(tmp_path):
    """With the program where this tree has it, and a user that there is."""
    folder = tmp_path / "units"
    shutil.copytree(CONTRIB / "systemd", folder)
    for name in SERVICES:
        text = (folder / name).read_text()
        assert text.count("ExecStart=outfeed ") == 1
        text = text.replace("ExecStart=outfeed ", f"ExecStart={OUTFEED} ")
        (folder / name).write_text(re.sub("Documentation=.*\n", "", text))
    return folder


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_understood(name, units):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", units / name],
                          capture_output=True, text=True)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "outfeed" in line]
    assert done.returncode == 0 and not ours, (done.returncode, done.stdout, done.stderr)


def test_a_wrong_unit_is_found(units):
    path = units / "outfeed@.service"
    path.write_text(path.read_text().replace("ProtectClock=yes", "ProtectClocks=yes"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", path],
                          capture_output=True, text=True)
    assert "ProtectClocks" in done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_exposes_little(name, units):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                           f"--threshold={EXPOSURE[name]}", units / name],
                          capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    print(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout


def test_the_units_command_builds(units, site):
    site.items()
    command = re.search("ExecStart=(.*)", (units / "outfeed@.service").read_text())[1]
    assert sh(*command.replace("%f", str(site.folder)).split()) == ""
    assert len(site.titles()) == 3


def test_an_audits_findings_are_no_failure(units):
    text = (units / "outfeed-audit@.service").read_text()
    assert re.search("^SuccessExitStatus=3 130$", text, re.M)
    timer = (units / "outfeed-audit@.timer").read_text()
    assert "Persistent=yes" in timer and "RandomizedDelaySec=" in timer


# -- cron

def cron_commands():
    lines = (CONTRIB / "cron" / "crontab").read_text().splitlines()
    rows = [line for line in lines if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line)]
    assert rows
    for row in rows:
        match = re.fullmatch(r"((?:[\d*/,-]+ ){5})(.+)", row)
        assert match and "%" not in match[2], row
        yield match[2]


def test_cron_prints_on_findings_alone(site, tools):
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    site.items()
    commands = [command.replace("/srv/feeds", str(site.folder)) for command in cron_commands()]
    assert len(commands) == 3

    def printed():
        done = [subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=env)
                for command in commands]
        return [one.stdout + one.stderr for one in done]
    assert printed() == ["", "", ""]        # there is no link to audit
    site.write("content/broken.md", "---\ntitle: x\n")
    quick, strict, audit = printed()
    assert "broken.md" in strict and "1 skipped" in strict
    assert "skipped" not in quick and audit == ""


# -- the jobs of code hosts

@pytest.fixture
def repository(site, tmp_path):
    """A clone, with a bare repository that it pushes to."""
    site.items()
    site.write(".gitignore", ".outfeed/\npublic/\n")
    git = ["git", "-C", site.folder, "-c", "user.name=a", "-c", "user.email=a@example.org"]
    sh("git", "init", "-q", "-b", "main", "--bare", tmp_path / "origin.git")
    sh("git", "init", "-q", "-b", "main", site.folder)
    sh(*git, "remote", "add", "origin", tmp_path / "origin.git")
    sh(*git, "add", "-A")
    sh(*git, "commit", "-q", "-m", "Items")
    sh(*git, "push", "-q", "origin", "main")
    site.git = lambda *arguments: sh(*git, *arguments)
    return site


def publish(site, what="build", status=0, **env):
    return sh("sh", CONTRIB / "ci" / "publish.sh", what, site.folder, status=status,
              env={**os.environ, "OUTFEED": OUTFEED, "HOME": str(site.folder.parent), **env})


def ids(site):
    return {entry["title"]: entry["id"] for entry in site.feed()["items"]}


def test_ids_are_committed_once(repository, tmp_path):
    site = repository
    site.write("notes.txt", "staged by somebody\n")
    site.git("add", "notes.txt")
    assert "outfeed.ids committed" in publish(site, PUSH="1")
    assert site.git("show", "--stat", "--format=", "HEAD").split()[0] == "outfeed.ids"
    assert "notes.txt" in site.git("diff", "--cached", "--name-only")
    head = site.git("rev-parse", "HEAD")
    assert head == sh("git", "-C", tmp_path / "origin.git", "rev-parse", "main")
    before = tree(site.output)
    assert "committed" not in publish(site, PUSH="1")
    assert site.git("rev-parse", "HEAD") == head and tree(site.output) == before
    # a host that forgot: the file was renamed meanwhile, and its slug kept
    known = ids(site)
    shutil.rmtree(site.folder / ".outfeed")
    site.item("item-1.md", title="Item 1", date="2025-09-09", category="Tools")
    publish(site)
    assert ids(site) == known
    assert site.git("rev-parse", "HEAD") == head


OURS = "outfeed.ids: ids of new items [skip ci]"


def another(tmp_path):
    """A second clone, and its git, as somebody else."""
    other = tmp_path / "other"
    sh("git", "clone", "-q", tmp_path / "origin.git", other)
    return other, ["git", "-C", other, "-c", "user.name=b", "-c", "user.email=b@example.org"]


def pushed(other, git):
    sh(*git, "add", "-A")
    sh(*git, "commit", "-q", "-m", "New")
    sh(*git, "push", "-q", "origin", "main")


def origin(tmp_path, *arguments):
    return sh("git", "-C", tmp_path / "origin.git", *arguments)


@pytest.mark.parametrize("listed", [False, True], ids=["items", "ids too"])
def test_a_push_that_comes_second_takes_the_first(repository, tmp_path, listed):
    """Also where both made outfeed.ids, which the two then differ in."""
    other, git = another(tmp_path)
    (other / "content/new.md").write_text("---\ntitle: New\ndate: 2025-05-05\n---\nText\n")
    if listed:
        sh(OUTFEED, "build", "--quiet", "--export-ids", other)
    pushed(other, git)
    repository.write("content/mine.md", "---\ntitle: Mine\ndate: 2025-05-06\n---\nText\n")
    repository.git("add", "content/mine.md")
    publish(repository, PUSH="1")
    assert origin(tmp_path, "log", "--format=%s", "main").splitlines() == [OURS, "New", "Items"]
    lines = origin(tmp_path, "show", "main:outfeed.ids").splitlines()[1:]
    assert len(lines) == len(set(lines)) == 5 and {"Mine", "New"} <= set(ids(repository))
    assert "content/mine.md" in repository.git("diff", "--cached", "--name-only")
    assert "committed" not in publish(repository, PUSH="1")


def test_what_cannot_be_pushed_is_left_whole(repository, tmp_path):
    """A commit of the site's own is in the way: no rebase stays open, and each run says so."""
    other, git = another(tmp_path)
    (other / "content/item-1.md").write_text("---\ntitle: Theirs\ndate: 2025-05-05\n---\nText\n")
    pushed(other, git)
    repository.item("item-1.md", title="Mine", date="2025-09-09")
    repository.git("commit", "-q", "-a", "-m", "Mine")
    head = repository.git("rev-parse", "HEAD")
    for _ in range(2):
        publish(repository, PUSH="1", status=1)
        assert repository.git("rev-parse", "HEAD") == head
        assert repository.git("status", "--porcelain") == "?? outfeed.ids\n"
        assert not (repository.folder / ".git" / "rebase-merge").exists()
    # one that somebody left open is not published from
    with pytest.raises(AssertionError):
        repository.git("pull", "-q", "--rebase", "origin", "main")
    publish(repository, status=1)


def test_a_push_that_is_never_taken_is_tried_by_the_next(repository, tmp_path):
    repository.git("remote", "set-url", "--push", "origin", "/nowhere")
    publish(repository, PUSH="1", status=1)
    repository.git("remote", "set-url", "--push", "origin", tmp_path / "origin.git")
    publish(repository, PUSH="1")
    assert origin(tmp_path, "log", "--format=%s", "main").splitlines() == [OURS, "Items"]


def test_ids_that_are_ignored_are_told(repository):
    repository.write(".gitignore", "*.ids\n")
    done = subprocess.run(["sh", CONTRIB / "ci" / "publish.sh", "build", repository.folder], text=True,
                          capture_output=True, env={**os.environ, "OUTFEED": OUTFEED})
    assert done.returncode == 1 and "is ignored" in done.stderr and ".gitignore:1:*.ids" in done.stderr


def test_two_jobs_that_list_ids_at_once(repository, tmp_path):
    """The lines of both are there, and no repository is left in the middle of something."""
    other = tmp_path / "other"
    sh("git", "clone", "-q", tmp_path / "origin.git", other)
    (other / "content" / "new.md").write_text("---\ntitle: New\ndate: 2025-05-05\n---\nText\n")
    git = ["git", "-C", other, "-c", "user.name=b", "-c", "user.email=b@example.org"]
    sh(*git, "add", "-A")
    sh(*git, "commit", "-q", "-m", "New")
    environment = {**os.environ, "OUTFEED": OUTFEED, "HOME": str(tmp_path), "PUSH": "1"}
    sh("sh", CONTRIB / "ci" / "publish.sh", "build", other, env=environment)
    repository.item("mine.md", title="Mine")
    repository.git("add", "content")
    repository.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "Mine")
    publish(repository, PUSH="1")
    listed = sh("git", "-C", tmp_path / "origin.git", "show", "main:outfeed.ids")
    keys = [line.split()[0] for line in listed.splitlines() if line and not line.startswith("#")]
    assert len(keys) == len(set(keys)) == 5 and "new" in listed and "mine" in listed, listed
    assert not (repository.folder / ".git" / "rebase-merge").exists()
    assert repository.git("status", "--porcelain", "-uno") == ""


def test_ids_that_git_ignores(repository):
    repository.write(".gitignore", ".outfeed/\npublic/\noutfeed.ids\n")
    done = subprocess.run(["sh", CONTRIB / "ci" / "publish.sh", "build", repository.folder], text=True,
                          capture_output=True, env={**os.environ, "OUTFEED": OUTFEED})
    assert done.returncode == 1 and "take it out" in done.stderr


def test_an_audit_of_a_job(repository):
    publish(repository, "audit")
    found = set(tree(repository.output))
    assert {"audit/audit.sarif", "audit/junit.xml", "all/atom.xml"} <= found


def test_a_job_that_fails_says_so(repository):
    publish(repository, "nonsense", status=2)
    repository.write("outfeed.yaml", "site: {title: x}\n")
    publish(repository, status=2)
    assert "outfeed.ids" not in repository.git("log", "--format=%s")


def test_the_action_calls_the_script():
    flow = yaml.safe_load((CONTRIB / "github-action" / "outfeed.yml").read_text())
    assert set(flow[True]) == {"push", "schedule", "workflow_dispatch"}     # YAML 1.1 reads `on` so
    steps = flow["jobs"]["publish"]["steps"]
    assert any("/usr/share/outfeed/ci/publish.sh" in step.get("run", "") for step in steps)
    uses = [step["uses"].split("@") for step in steps if "uses" in step]
    assert all(re.fullmatch(r"v\d+", version) for _, version in uses)
    assert {"actions/cache", "github/codeql-action/upload-sarif", "actions/deploy-pages"} <= {
        name for name, _ in uses}
    sarif, = [step["with"]["sarif_file"] for step in steps if "sarif" in step.get("uses", "")]
    assert sarif.endswith("/audit/audit.sarif")
    for step in steps:
        if "run" in step:
            sh("sh", "-n", "-c", step["run"])


def test_gitlabs_job_calls_the_script():
    job = yaml.safe_load((CONTRIB / "gitlab" / ".gitlab-ci.yml").read_text())["pages"]
    assert any("/usr/share/outfeed/ci/publish.sh" in line for line in job["script"])
    assert job["artifacts"]["reports"]["junit"] == "public/audit/junit.xml"
    assert job["cache"]["paths"] == [".outfeed/"]
    sh("sh", "-n", "-c", "\n".join(job["script"]))


# -- docker

def instructions():
    text = (CONTRIB / "docker" / "Dockerfile").read_text()
    text = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def test_a_container_is_nobodys():
    rows = instructions()
    bases = [rest.split()[0] for word, rest in rows if word == "FROM"]
    assert len(bases) == 2 and all(re.fullmatch(r"[a-z]+:(?!latest)[\w.-]+", base) for base in bases)
    last = rows[max(n for n, (word, _) in enumerate(rows) if word == "FROM"):]
    user, = [rest for word, rest in last if word == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert not [word for word, _ in rows if word in ("ADD", "ENV", "ARG")]
    assert json.loads(dict(last)["ENTRYPOINT"]) == ["/usr/bin/outfeed"]


def test_a_container_has_the_libraries():
    """Each library that the program is linked to is of a package that it names, or of one
    that such a package depends on by itself."""
    direct = re.findall(r"NEEDED.*\[(.+)\]", sh("readelf", "-d", OUTFEED))
    packages = " ".join(rest for word, rest in instructions() if word == "RUN").split()
    missing = []
    for library in direct:
        if re.match(r"lib(c|m|pthread|asan|ubsan|gcc_s|rt|dl)\.so", library) or "ld-linux" in library:
            continue
        owner = sh("dpkg-query", "-S", f"*/{library}").split(":")[0]
        if owner not in packages:
            missing.append((library, owner))
    assert not missing and len(direct) > 10


def test_a_container_is_built_with_what_a_build_needs():
    text = (CONTRIB / "deps.sh").read_text()
    wanted = re.search(r"^build_packages\(\)\n\{\n(.*?)^\}", text, re.M | re.S)[1]
    wanted = re.sub(r'group "[^"]*"|\\\n', " ", wanted).split()
    named = " ".join(rest for word, rest in instructions() if word == "RUN").split()
    assert len(wanted) > 15 and not set(wanted) - set(named)


# -- all of it

def test_it_is_installed_where_the_files_say(tmp_path):
    sh("cmake", "--install", os.environ["OUTFEED_BUILD_DIR"], "--prefix", tmp_path)
    assert sorted(path.name for path in (tmp_path / "lib/systemd/system").iterdir()) == UNITS
    for name in ("ci/publish.sh", "ids-from-feed.py"):
        assert os.access(tmp_path / "share/outfeed" / name, os.X_OK)
