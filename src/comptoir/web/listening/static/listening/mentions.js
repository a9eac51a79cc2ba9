// The list "Found by" holds folders and queries: the choice says under which name it goes.
const { on } = window.comptoir;

on("change", "[data-source]", (select) => {
  select.name = select.selectedOptions[0]?.dataset.name ?? "query";
  select.form.requestSubmit();
});
