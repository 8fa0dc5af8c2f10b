// What the pages can do better with a script than without. Nothing here is needed to read.
(() => {
    "use strict";
    document.documentElement.classList.add("js");

    // Where the tabs are wider than the screen, the one that is open is in sight.
    for (const here of document.querySelectorAll(".nav [aria-current], .tabs [aria-current]")) {
        const row = here.parentElement;
        row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
    }

    // A form that would lose what was typed says so before the page is left.
    let dirty = false;
    document.addEventListener("input", event => {
        if (event.target.closest("form[data-guard]")) dirty = true;
    });
    document.addEventListener("submit", event => {
        if (!event.submitter || !event.submitter.hasAttribute("formtarget")) dirty = false;
    });
    window.addEventListener("beforeunload", event => {
        if (dirty) event.preventDefault();
    });

    // Choosing in a select that stands alone sends its form.
    document.addEventListener("change", event => {
        const field = event.target.closest("[data-submits]");
        if (field) field.form.requestSubmit();
    });

    // The preview follows what is typed, a moment after the last key.
    for (const form of document.querySelectorAll("form[data-preview]")) {
        const button = form.querySelector("button[formtarget]");
        let timer;
        const refresh = () => {
            clearTimeout(timer);
            timer = setTimeout(() => form.requestSubmit(button), 400);
        };
        form.addEventListener("input", refresh);
        for (const field of document.querySelectorAll("[data-previews]")) field.addEventListener("change", refresh);
        form.requestSubmit(button);
    }
    for (const choice of document.querySelectorAll("[data-width]")) {
        choice.addEventListener("change", () => {
            choice.closest(".preview").classList.toggle("phone", choice.dataset.width === "phone");
        });
    }

    // Emails are dragged by their handle to another place; the buttons do the same.
    const timeline = document.querySelector("[data-order]");
    if (timeline) {
        let dragged = null;
        const clear = () => timeline.querySelectorAll(".drop-before, .drop-after")
            .forEach(item => item.classList.remove("drop-before", "drop-after"));
        const isAfter = (item, event) => {
            const box = item.getBoundingClientRect();
            return event.clientY > box.top + box.height / 2;
        };
        for (const handle of timeline.querySelectorAll(".handle")) {
            const item = handle.closest("[data-email]");
            handle.setAttribute("draggable", "true");
            handle.addEventListener("dragstart", event => {
                dragged = item;
                event.dataTransfer.effectAllowed = "move";
                event.dataTransfer.setData("text/plain", item.dataset.email);
                event.dataTransfer.setDragImage(item, 20, 20);
                item.firstElementChild.classList.add("dragged");
            });
            handle.addEventListener("dragend", () => {
                clear();
                item.firstElementChild.classList.remove("dragged");
                dragged = null;
            });
        }
        timeline.addEventListener("dragover", event => {
            const item = event.target.closest("[data-email]");
            if (!dragged || !item || item === dragged) return;
            event.preventDefault();
            clear();
            item.classList.add(isAfter(item, event) ? "drop-after" : "drop-before");
        });
        timeline.addEventListener("drop", event => {
            const item = event.target.closest("[data-email]");
            if (!dragged || !item || item === dragged) return;
            event.preventDefault();
            const order = [...timeline.querySelectorAll("[data-email]")].filter(other => other !== dragged);
            order.splice(order.indexOf(item) + (isAfter(item, event) ? 1 : 0), 0, dragged);
            const form = document.getElementById("order");
            form.elements.order.value = order.map(other => other.dataset.email).join(",");
            form.requestSubmit();
        });
    }

    // How far long work has come, told as it happens; the page is fetched again when it is done.
    for (const work of document.querySelectorAll("[data-progress]")) {
        const source = new EventSource(work.dataset.progress);
        source.addEventListener("message", event => {
            const told = JSON.parse(event.data);
            if (told.finished) {
                source.close();
                location.reload();
                return;
            }
            const bar = work.querySelector("progress");
            bar.max = told.items;
            bar.value = told.done;
            work.querySelector("[data-words]").textContent = told.words;
        });
    }

    // What may be named is put where the cursor stands.
    for (const menu of document.querySelectorAll("[data-inserts]")) {
        const text = document.getElementById(menu.dataset.inserts);
        menu.addEventListener("change", event => {
            event.stopPropagation();
            if (text.editor) {
                text.editor.replaceSelection(menu.value);
                text.editor.focus();
            } else {
                text.focus();
                text.setRangeText(menu.value, text.selectionStart, text.selectionEnd, "end");
                text.dispatchEvent(new Event("input", {bubbles: true}));
            }
            menu.value = "";
        });
    }

    // What is typed is kept by the server a moment after the last key.
    for (const form of document.querySelectorAll("form[data-keeps]")) {
        const told = form.querySelector("[data-kept]");
        let timer;
        form.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(async () => {
                try {
                    const answer = await fetch(form.dataset.keeps, {
                        method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual"
                    });
                    told.textContent = answer.ok ? "Your draft is kept." : "Your draft is not kept: log in again.";
                } catch {
                    told.textContent = "Your draft is not kept: the server does not answer.";
                }
            }, 1500);
        });
    }
})();
