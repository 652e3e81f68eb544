// The script that a Node site writes for itself: gray-matter reads the items,
// marked makes the HTML, feed writes Atom, RSS and JSON Feed of each category.
//	node feed.js CONTENT OUTPUT
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Feed } from "feed";
import matter from "gray-matter";
import { marked } from "marked";

const LIMIT = 50;
const SITE = "https://bench.example/";
const [content, output] = process.argv.slice(2);

function readItem(path) {
	// Without options gray-matter would keep every file it has seen.
	const { data, content: body } = matter(readFileSync(path, "utf8"), {});
	return { data, body, id: `urn:uuid:${basename(path, ".md")}`, date: new Date(data.date) };
}

function addTo(groups, item) {
	item.data.categories.forEach((name, at) => {
		const path = item.data.categoryUrl[at];
		if (!groups.has(path)) {
			groups.set(path, { name, path, items: [] });
		}
		groups.get(path).items.push(item);
	});
}

function entry(item) {
	item.html ??= marked.parse(item.body);
	return {
		id: item.id,
		guid: item.id,
		title: item.data.title,
		link: `${SITE}news/${item.data.slug}/`,
		date: new Date(item.data.lastMod),
		published: item.date,
		description: item.data.description,
		content: item.html,
		author: item.data.author.map((name) => ({ name })),
		category: item.data.categories.map((name) => ({ name })),
	};
}

function write({ name, path, items }) {
	const feed = new Feed({ title: name, id: SITE + path, link: SITE + path, description: name, language: "en" });
	items.sort((a, b) => b.date - a.date || (a.id < b.id ? -1 : 1));
	items.slice(0, LIMIT).forEach((item) => feed.addItem(entry(item)));
	const folder = join(output, path);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "atom.xml"), feed.atom1());
	writeFileSync(join(folder, "rss.xml"), feed.rss2());
	writeFileSync(join(folder, "feed.json"), feed.json1());
}

const groups = new Map();
for (const folder of readdirSync(content)) {
	for (const name of readdirSync(join(content, folder))) {
		addTo(groups, readItem(join(content, folder, name)));
	}
}
groups.forEach(write);
