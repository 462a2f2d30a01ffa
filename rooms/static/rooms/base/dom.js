/**
 * Makes an element. `props` are its properties, `dataset` and `aria…`/`role` its attributes.
 * Text is only ever set as text.
 *
 * @param {string} tag
 * @param {object} [props]
 * @param {...(Node | string)} children
 */
export function make(tag, { dataset = {}, attrs = {}, ...props } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  Object.assign(node.dataset, dataset);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Sets the text if it is another one, so that live regions speak once; hides it when empty. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
