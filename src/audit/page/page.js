
(function () {
	"use strict";
	var table = document.querySelector("table");
	var form = document.querySelector("form");
	var status = document.querySelector("[role=status]");
	var fields = form.elements;
	var heads = Array.from(table.tHead.rows[0].cells);
	var chips = Array.from(document.querySelectorAll("[data-verdict]"));
	var rows = Array.from(table.tBodies, function (body, place) {
		var cells = body.rows[0].cells;
		return {
			body: body,
			place: place,
			verdict: cells[0].querySelector(".v").textContent,
			categories: Array.from(cells[3].querySelectorAll("bdi"), textOf),
			host: textOf(cells[2]).toLowerCase(),
			keys: [null, textOf(cells[1]), textOf(cells[2]), key(cells[3]), key(cells[4]), key(cells[5])],
			text: ""
		};
	});
	var narrow = matchMedia("(max-width: 56rem)");
	var verdicts, categories;
	var sorted = { column: -1, down: false };

	function textOf(element) {
		return element.textContent.trim();
	}

	/* A dash stands for nothing, which comes last. */
	function key(cell) {
		var text = textOf(cell);
		return text === "\u2013" ? "" : text;
	}

	function option(value, label) {
		var made = document.createElement("option");
		made.value = value;
		made.textContent = label;
		return made;
	}

	/* Values, with how many rows have each. */
	function count(lists) {
		var counts = new Map();
		lists.forEach(function (list) {
			list.forEach(function (value) {
				counts.set(value, (counts.get(value) || 0) + 1);
			});
		});
		return counts;
	}

	function fill(target, counts, values) {
		values.forEach(function (value) {
			target.append(option(value, value + " (" + counts.get(value) + ")"));
		});
	}

	function isShown(row, want) {
		if (want.verdict && row.verdict !== want.verdict)
			return false;
		if (want.category && !row.categories.includes(want.category))
			return false;
		if (want.host && !row.host.includes(want.host))
			return false;
		if (!want.text)
			return true;
		row.text = row.text || row.body.textContent.toLowerCase();
		return row.text.includes(want.text);
	}

	function filter() {
		var want = {
			verdict: fields.verdict.value,
			category: fields.category.value,
			host: fields.host.value.trim().toLowerCase(),
			text: fields.text.value.trim().toLowerCase()
		};
		var shown = 0;
		rows.forEach(function (row) {
			row.body.hidden = !isShown(row, want);
			shown += row.body.hidden ? 0 : 1;
		});
		chips.forEach(function (chip) {
			if (chip.dataset.verdict === want.verdict)
				chip.setAttribute("aria-current", "true");
			else
				chip.removeAttribute("aria-current");
		});
		status.textContent = shown === rows.length ? "All " + shown + " links are shown." :
			shown + " of " + rows.length + " links are shown.";
	}

	function compare(a, b) {
		var left = a.keys[sorted.column];
		var right = b.keys[sorted.column];
		if (sorted.column <= 0 || left === right)
			return sorted.column === 0 && sorted.down ? b.place - a.place : a.place - b.place;
		if (left === "" || right === "")
			return left === "" ? 1 : -1;
		return (left < right) === sorted.down ? 1 : -1;
	}

	function mark(column, down) {
		sorted = { column: column, down: down };
		heads.forEach(function (head, place) {
			if (place === column)
				head.setAttribute("aria-sort", down ? "descending" : "ascending");
			else
				head.removeAttribute("aria-sort");
		});
		fields.order.value = column + (down ? "-" : "+");
	}

	function sort(column, down) {
		mark(column, down);
		table.append.apply(table, rows.slice().sort(compare).map(function (row) {
			return row.body;
		}));
	}

	function makeHead(head, column) {
		var button = document.createElement("button");
		var name = textOf(head);
		button.type = "button";
		button.textContent = name;
		head.replaceChildren(button);
		button.addEventListener("click", function () {
			sort(column, sorted.column === column && !sorted.down);
		});
		fields.order.append(option(column + "+", name), option(column + "-", name + ", reversed"));
	}

	function openTarget() {
		var target = location.hash && document.getElementById(location.hash.slice(1));
		var details = target && target.querySelector("details");
		if (details)
			details.open = true;
	}

	/* Some ways to choose tell of a change alone. */
	function follow(event) {
		if (event.target === fields.order)
			sort(parseInt(fields.order.value, 10), fields.order.value.endsWith("-"));
		else
			filter();
	}

	/* Laid out as a grid on a phone, a table would be none to some screen readers. */
	function keepTable() {
		var roles = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
		table.querySelectorAll("thead, tbody, tr, td").forEach(function (element) {
			element.setAttribute("role", roles[element.tagName]);
		});
		table.querySelectorAll("th").forEach(function (head) {
			head.setAttribute("role", head.scope === "col" ? "columnheader" : "rowheader");
		});
		table.setAttribute("role", "table");
	}

	if (narrow.matches)
		keepTable();
	else
		narrow.addEventListener("change", keepTable, { once: true });
	heads.forEach(makeHead);
	verdicts = count(rows.map(function (row) {
		return [row.verdict];
	}));
	categories = count(rows.map(function (row) {
		return row.categories;
	}));
	fill(fields.verdict, verdicts, Array.from(verdicts.keys()));
	fill(fields.category, categories, Array.from(categories.keys()).sort());
	count(rows.map(function (row) {
		return [row.host];
	})).forEach(function (unused, host) {
		document.getElementById("hosts").append(option(host, host));
	});
	form.hidden = false;
	form.addEventListener("submit", function (event) {
		event.preventDefault();
	});
	form.addEventListener("input", follow);
	form.addEventListener("change", follow);
	form.addEventListener("reset", function () {
		setTimeout(function () {
			sort(0, false);
			filter();
		});
	});
	chips.forEach(function (chip) {
		chip.addEventListener("click", function () {
			var same = fields.verdict.value === chip.dataset.verdict;
			fields.verdict.value = same ? "" : chip.dataset.verdict;
			filter();
		});
	});
	window.addEventListener("hashchange", openTarget);
	mark(0, false);
	filter();
	openTarget();
}());
