// Light, dark, or as the system: [data-theme-choice="light" | "dark" | ""].
const { on } = window.comptoir;

const root = document.documentElement;

function show() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme ?? "")));
  }
}

on("click", "[data-theme-choice]", (button) => {
  const choice = button.dataset.themeChoice;
  if (choice) {
    root.dataset.theme = choice;
    localStorage.setItem("theme", choice);
  } else {
    delete root.dataset.theme;
    localStorage.removeItem("theme");
  }
  show();
});

show();
