
(function () {
	"use strict";
	var box = document.getElementById("address");
	var button = document.querySelector("button");

	function say(words) {
		document.querySelector("[role=status]").textContent = words;
	}

	/* Where no clipboard is to be had, the selection is, for the keys that copy it. */
	function copyOld() {
		box.select();
		say(document.execCommand("copy") ? "Copied" : "Selected: copy it with your keyboard");
	}

	/* An image that does not come leaves no hole. */
	document.addEventListener("error", function (event) {
		if (event.target.tagName === "IMG")
			event.target.remove();
	}, true);
	if (!box)
		return;
	button.hidden = false;
	box.addEventListener("focus", function () {
		box.select();
	});
	button.addEventListener("click", function () {
		say("");
		if (navigator.clipboard)
			navigator.clipboard.writeText(box.value).then(function () {
				say("Copied");
			}, copyOld);
		else
			copyOld();
	});
}());
