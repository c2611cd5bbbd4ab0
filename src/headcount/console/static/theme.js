// Dark or light as Airflow is: this page lies in a frame of Airflow's own, which keeps
// its theme in a class of its document; on its own it follows the machine.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let host = null;
  try {
    host = parent !== window ? parent.document.documentElement : null;
  } catch {
    host = null; // another site's frame: none of our business
  }
  const chosen = () => {
    if (host?.classList.contains("dark")) return true;
    if (host?.classList.contains("light")) return false;
    const kept = localStorage.getItem("theme");
    return kept === "dark" || (kept !== "light" && dark.matches);
  };
  const follow = () => root.classList.toggle("dark", chosen());
  follow();
  dark.addEventListener("change", follow);
  addEventListener("storage", follow);
  if (host) new MutationObserver(follow).observe(host, { attributeFilter: ["class"] });
})();
