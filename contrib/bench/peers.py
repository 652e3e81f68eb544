"""What outfeed is measured beside: find and cat, Hugo, and two ways of Node."""
import functools
import json
import os
import shutil
import subprocess

from measure import Case, Failed, empty

HERE = os.path.dirname(os.path.abspath(__file__))
READ = "find content -type f -print0 | xargs -0 cat >/dev/null"
LOOK = "find content -type f -printf '%T@ %s %p\\n' >/dev/null"


def shell(name, command, site):
    return Case(name, ["sh", "-c", f'cd "$0" && {command}', site])


def reading(site):
    return shell("find, xargs cat", READ, site)


def looking(site):
    return shell("find -printf", LOOK, site)


def documents(output, name="rss.xml", below="topic"):
    """How many category documents of that name an output folder has."""
    try:
        with os.scandir(os.path.join(output, below)) as folders:
            return sum(os.path.isfile(os.path.join(folder.path, name)) for folder in folders)
    except FileNotFoundError:
        return 0


def same_categories(output, site):
    """Fails when a peer wrote feeds of other categories than outfeed did."""
    theirs, ours = documents(output), documents(os.path.join(site, "public"))
    if theirs != ours:
        raise Failed(f"{output}: {theirs} categories, and outfeed has {ours}")


def peer(name, command, output, site, **more):
    return Case(name, command, before=functools.partial(empty, output),
                after=functools.partial(same_categories, output, site), **more)


def version(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


def hugo(site, work, runs):
    """Hugo writing RSS alone, or None where there is no Hugo."""
    if not shutil.which("hugo"):
        return None
    skeleton, output = os.path.join(work, "hugo"), os.path.join(work, "hugo-public")
    empty(skeleton)
    shutil.copytree(os.path.join(HERE, "hugo"), skeleton)
    return peer("Hugo, RSS alone",
                ["hugo", "--quiet", "--noBuildLock", "--source", skeleton,
                 "--contentDir", os.path.join(site, "content"), "--destination", output],
                output, site, runs=runs)


def node_packages():
    with open(os.path.join(HERE, "node", "package.json"), encoding="utf-8") as file:
        return json.load(file)["dependencies"]


def install_node(work):
    """The folder where npm has put the peers' packages, or None without npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return None
    folder = os.path.join(work, "node")
    shutil.copytree(os.path.join(HERE, "node"), folder, dirs_exist_ok=True)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock",
                           "--ignore-scripts", "--loglevel=error"],
                          cwd=folder, stdout=subprocess.DEVNULL)
    return folder if done.returncode == 0 else None


def node(site, work):
    """Eleventy with its RSS plugin, and gray-matter with feed; none without npm."""
    folder = install_node(work)
    if not folder:
        return []
    content, output = os.path.join(site, "content"), os.path.join(work, "node-public")
    # Eleventy takes its input and output relative to where it runs.
    eleventy = ["sh", "-c", 'cd "$0" && exec node node_modules/@11ty/eleventy/cmd.cjs', folder]
    return [peer("Eleventy, RSS alone", eleventy, output, site,
                 env={"BENCH_CONTENT": os.path.relpath(content, folder),
                      "BENCH_OUTPUT": os.path.relpath(output, folder)}),
            peer("gray-matter and feed, all formats",
                 ["node", os.path.join(folder, "feed.js"), content, output], output, site)]
