(function (root) {
  function fail(event) {
    var target = event.target;
    if (target === window || target.tagName === "SCRIPT") root.className = "failed";
  }
  addEventListener("error", fail, true);
  addEventListener("unhandledrejection", fail);
  if (!("noModule" in document.createElement("script"))) root.className = "failed";
})(document.documentElement);
