/** What every page of ours has: toasts, dialogs, menus, copy buttons. */
import { watchCopyButtons } from "./copy.js";
import { watchDialogs } from "./dialogs.js";
import { watchMenus } from "./menus.js";
import { settleToasts } from "./toasts.js";

watchCopyButtons(document);
watchDialogs(document);
watchMenus(document);
settleToasts();
