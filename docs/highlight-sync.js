// Colours for `.sync` blocks in the book: what mdBook's highlighter needs to know about the language.
(function () {
  "use strict";
  if (!window.hljs) return;
  hljs.registerLanguage("sync", function (hljs) {
    return {
      name: "sync",
      keywords: {
        $pattern: /[A-Za-z_][\w-]*/,
        keyword:
          "sync prefer match every when then undo other-way map using off none as test given expect " +
          "and or not in is empty contains starts-with ends-with exists deleted latest",
        literal: "true false",
      },
      contains: [hljs.HASH_COMMENT_MODE, hljs.QUOTE_STRING_MODE, hljs.NUMBER_MODE],
    };
  });
  document.querySelectorAll("code.language-sync").forEach(function (block) {
    block.className = "language-sync";
    block.removeAttribute("data-highlighted");
    (hljs.highlightElement || hljs.highlightBlock)(block);
  });
})();
