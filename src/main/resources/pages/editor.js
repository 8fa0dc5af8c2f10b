// An editor in the place of every field for HTML or Markdown. Where there are no scripts, the field is what it is.
(() => {
    "use strict";

    // What differs from reader to reader stands out, whatever it stands in.
    const liquid = {
        token(stream) {
            if (stream.match(/^\{\{.*?\}\}|^\{%.*?%\}/)) return "liquid";
            do stream.next();
            while (!stream.eol() && !stream.match(/^\{[{%]/, false));
            return null;
        }
    };
    CodeMirror.defineMode("letter", (config, options) => CodeMirror.overlayMode(
        CodeMirror.getMode(config, options.markdown ? "markdown" : {name: "xml", htmlMode: true}), liquid, true));

    for (const field of document.querySelectorAll("textarea.code")) {
        const format = field.form.querySelector("[name=content_type]");
        const label = document.querySelector(`label[for="${field.id}"]`);
        const mode = () => ({name: "letter", markdown: format !== null && format.value === "markdown"});
        const editor = CodeMirror.fromTextArea(field, {
            mode: mode(),
            lineWrapping: true,
            viewportMargin: Infinity,
            spellcheck: field.spellcheck,
            screenReaderLabel: label ? label.textContent : field.name,
            // With these keys one leaves a field.
            extraKeys: {"Tab": false, "Shift-Tab": false}
        });
        field.editor = editor;
        // A field that is not seen cannot say that it is empty; the server does.
        field.required = false;
        const input = editor.getInputField();
        if (input !== input.closest("textarea")) {
            input.setAttribute("role", "textbox");
            input.setAttribute("aria-multiline", "true");
        }
        for (const name of ["aria-describedby", "aria-invalid"]) {
            if (field.getAttribute(name)) input.setAttribute(name, field.getAttribute(name));
        }
        editor.on("change", () => {
            editor.save();
            field.dispatchEvent(new Event("input", {bubbles: true}));
        });
        if (format) format.addEventListener("change", () => editor.setOption("mode", mode()));
        if (label) label.addEventListener("click", () => editor.focus());
    }
})();
