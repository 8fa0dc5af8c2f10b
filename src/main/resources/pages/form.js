// Puts a form into the page that loads this: a frame with a page of ours, where the script stands.
(function () {
  var script = document.currentScript;
  var frame = document.createElement("iframe");
  frame.src = script.src.replace(/\/index\.js.*$/, "/embed") + "?referrer=" + encodeURIComponent(location.href);
  frame.title = script.getAttribute("data-title") || document.title;
  frame.style.cssText = "border:0;width:100%;height:" + (script.getAttribute("data-height") || "28rem");
  script.parentNode.insertBefore(frame, script);
})();
