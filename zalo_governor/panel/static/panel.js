// Pages work without this. It makes them quicker (htmx), keeps them fresh, and lets the keyboard walk through the list.
"use strict";

const dirty = () => {
  const main = document.getElementById("main");
  if (main.contains(document.activeElement) && document.activeElement.matches("input,textarea,select")) return true;
  if (main.querySelector("tr.at")) return true;
  return [...main.querySelectorAll("input,textarea,select")].some((field) =>
    field.type === "checkbox" ? field.checked // Ticked by default is what a refused decision gives back.
      : field.matches("select") ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected))
      : field.type !== "hidden" && field.value !== field.defaultValue);
};

let stream = null;
let lostAt = null;

function listen() {
  if (!document.querySelector(".me") || !window.EventSource) return;
  if (stream) stream.close();
  const mark = document.getElementById("main").dataset.mark;
  stream = new EventSource("/luong?trang=" + encodeURIComponent(location.pathname) + "&dau=" + mark);
  stream.onopen = () => {
    document.getElementById("lost").hidden = true;
    if (lostAt) changed(); // Nobody has told what changed meanwhile.
    lostAt = null;
  };
  stream.onerror = async () => {
    const refused = stream.readyState === EventSource.CLOSED;
    // A stream does not tell the status with which it was refused.
    if (refused && (await fetch("/", { redirect: "manual" }).catch(() => ({}))).status === 401) return ended();
    lostAt = lostAt || new Date();
    const line = document.getElementById("lost");
    line.querySelector("span").textContent = lostAt.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
    line.hidden = false;
    // The browser gives up where somebody else answers, such as the web server before a panel that is being restarted.
    if (refused) setTimeout(() => { if (stream) listen(); }, 10000);
  };
  for (const kind of ["alive", "changed"]) stream.addEventListener(kind, (event) => {
    const line = document.getElementById("looking");
    if (line) line.textContent = JSON.parse(event.data).map((name) => name + " đang xem vụ việc này. ").join("");
  });
  stream.addEventListener("ended", ended);
  stream.addEventListener("changed", changed);
}

function ended() {
  if (stream) stream.close();
  const line = document.getElementById("lost");
  line.textContent = "Phiên làm việc đã hết; nhắn /bang cho Hệ thống để lấy đường dẫn mới.";
  line.hidden = false;
}

let leaving = 0;

// A browser opens six connections to a server: tabs that nobody sees keep none of them.
document.addEventListener("visibilitychange", () => {
  clearTimeout(leaving);
  if (document.hidden) {
    leaving = setTimeout(() => { if (stream) stream.close(); stream = null; }, 5000);
  } else if (!stream) {
    if (isLive()) lostAt = lostAt || new Date();
    listen();
  }
});

function isLive() {
  return ["/viec", "/chi-dao", "/truong-nhom"].includes(location.pathname);
}

function changed() {
  if (isLive() && !dirty() && window.htmx) {
    const told = document.querySelector("#main > .told");
    const folds = document.querySelectorAll("#main details[id]");
    htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" })
      .then(() => {
        if (told) document.getElementById("main").prepend(told);
        for (const { id, open } of folds) if (document.getElementById(id)) document.getElementById(id).open = open;
      });
  } else if (/^\/(viec|vu-viec|chi-dao|truong-nhom|bao-cao)\b/.test(location.pathname)) {
    document.querySelector("#changed a").href = location.href;
    document.getElementById("changed").hidden = false;
  }
}

function walk(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]),textarea,select")) return;
  const rows = [...document.querySelectorAll(".queue tbody tr")];
  if (!rows.length || !["j", "k", "x", "l", "Enter"].includes(event.key)) return;
  let at = rows.findIndex((row) => row.classList.contains("at"));
  if (event.key === "x" && at >= 0) { rows[at].querySelector("input").click(); return; }
  if (event.key === "l") { event.preventDefault(); const reason = document.querySelector(".decide input"); if (reason) reason.focus(); return; }
  if (event.key === "Enter") { if (at >= 0 && !event.target.matches("a,button,summary")) { event.preventDefault(); rows[at].querySelector("a").click(); } return; }
  if (event.key !== "j" && event.key !== "k") return;
  rows.forEach((row) => row.classList.remove("at"));
  at = Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1);
  rows[at].classList.add("at");
  rows[at].scrollIntoView({ block: "center" });
  rows[at].querySelector("input").focus({ preventScroll: true });
}

function drop(event) {
  const form = event.target.closest && event.target.closest(".drop");
  if (!form) return;
  event.preventDefault();
  form.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop") form.querySelector("input[type=file]").files = event.dataTransfer.files;
}

// What takes seconds says so, and is not asked for twice.
function works(event) {
  const button = event.submitter;
  if (event.defaultPrevented || !button || event.target.method !== "post" || event.target.matches("[action$='/tep']")) return;
  setTimeout(() => { button.setAttribute("aria-busy", "true"); button.disabled = true; }, 0);
}

function find(event) {
  const rows = event.target.dataset && event.target.dataset.find;
  if (!rows) return;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").toLowerCase();
  const sought = plain(event.target.value.toLowerCase());
  for (const row of document.querySelectorAll(rows)) row.hidden = !plain(row.textContent.toLowerCase()).includes(sought);
}

// A browser shows a day in the order of its own language: beside the field stands how it is read here.
function spell(event) {
  const field = event.target;
  if (!field.matches("[type=date],[type=datetime-local]")) return;
  const [day, time] = field.value.split("T");
  const said = field.labels[0].querySelector("small") || document.createElement("small");
  if (!said.parentNode) field.before(said);
  said.textContent = [time, day.split("-").reverse().join("/")].filter(Boolean).join(" ");
}

for (const field of document.querySelectorAll(".find")) field.hidden = false;
document.addEventListener("submit", works);
document.addEventListener("input", find);
document.addEventListener("input", spell);
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
document.addEventListener("keydown", walk);
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, drop);
listen();
