// The desk: each module listens on the document, so that fragments need no setting up.
import "./panes.js";
import "./writing.js";
import "./editor.js";
import "./search.js";
