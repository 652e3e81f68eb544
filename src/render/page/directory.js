
(function () {
	"use strict";
	var form = document.querySelector("form");
	var box = document.getElementById("filter");
	var status, rows, sections, due;

	/* Letters alone count: case and accents do not. */
	function plain(text) {
		return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
	}

	function matches(row, words) {
		return words.every(function (word) {
			return row.text.includes(word);
		});
	}

	function tell(shown) {
		if (shown === rows.length)
			return "All " + shown + " feeds are shown.";
		if (shown === 0)
			return "No feed has that in its name.";
		return shown + " of " + rows.length + (shown === 1 ? " feeds is shown." : " feeds are shown.");
	}

	/* What does not change is not touched, so that thousands of rows are no matter. */
	function filter() {
		var words = plain(box.value).split(/\s+/).filter(Boolean);
		var shown = 0;
		due = 0;
		rows.forEach(function (row) {
			var hidden = !matches(row, words);
			shown += hidden ? 0 : 1;
			if (row.item.hidden !== hidden)
				row.item.hidden = hidden;
		});
		sections.forEach(function (section) {
			section.hidden = !section.querySelector("li:not([hidden])");
		});
		status.textContent = tell(shown);
	}

	function soon() {
		due = due || requestAnimationFrame(filter);
	}

	function now() {
		if (due) {
			cancelAnimationFrame(due);
			filter();
		}
	}

	/* The link of the next row that is shown, in one direction or the other. */
	function next(from, step) {
		for (var i = from + step; i >= 0 && i < rows.length; i += step)
			if (!rows[i].item.hidden)
				return rows[i].link;
		return step < 0 ? box : null;
	}

	function placeOf(element) {
		return rows.findIndex(function (row) {
			return row.link === element;
		});
	}

	/* Up and down go from the box to the rows, and from row to row. */
	function walk(event) {
		var at = event.target === box ? -1 : placeOf(event.target);
		var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		var target = (at >= 0 || event.target === box) && step && (at >= 0 || step > 0) && next(at, step);
		if (!target)
			return;
		event.preventDefault();
		target.focus();
	}

	function press(event) {
		if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing)
			return;
		now();
		if (event.key === "/" && event.target !== box) {
			event.preventDefault();
			box.focus();
			box.select();
		} else if (event.key === "Escape" && box.value) {
			box.value = "";
			box.focus();
			filter();
		} else {
			walk(event);
		}
	}

	if (!form)
		return;
	status = form.querySelector("[role=status]");
	sections = document.querySelectorAll("section");
	rows = Array.from(document.querySelectorAll(".feeds li"), function (item) {
		var link = item.firstElementChild;
		return { item: item, link: link, text: plain(link.textContent) };
	});
	form.hidden = false;
	/* Enter opens what is left when that is one feed. */
	form.addEventListener("submit", function (event) {
		var left;
		event.preventDefault();
		now();
		left = rows.filter(function (row) {
			return !row.item.hidden;
		});
		if (left.length === 1)
			left[0].link.click();
	});
	box.addEventListener("input", soon);
	document.addEventListener("keydown", press);
	window.addEventListener("pageshow", filter);
	filter();
}());
