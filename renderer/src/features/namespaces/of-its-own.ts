/** A click on a control leaves the keys with the list. */
export function keepFocus(event: React.MouseEvent): void {
  event.preventDefault()
}

/** For what stands around a switch: a click on it is no click on the row. */
export const ofItsOwn = {
  onMouseDown: keepFocus,
  onClick: (event: React.MouseEvent) => event.stopPropagation(),
}
