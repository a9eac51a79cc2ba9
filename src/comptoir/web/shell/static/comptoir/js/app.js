// Comptoir's page behaviour. Every module listens on the document, so that
// fragments brought in later by htmx need no setting up.
import "./htmx.js";
import "./appearance.js";
import "./toasts.js";
import "./overlays.js";
import "./tips.js";
import "./keys.js";
import "./palette.js";
import "./rows.js";
import "./forms.js";
