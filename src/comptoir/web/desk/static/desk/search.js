// After an instant search the address has changed: forms that carry it along follow.
document.addEventListener("htmx:afterSettle", () => {
  const query = window.location.search.slice(1);
  for (const field of document.querySelectorAll("[data-back]")) if (query) field.value = query;
});
