import { useEffect, useRef, type RefObject } from 'react'

/**
 * When that which had the focus inside `from` is gone, `to` gets it: else nothing would have it, and
 * Tab would begin anew at the top of the window.
 */
export function useFocusBack(
  from: RefObject<HTMLElement | null>,
  to: () => HTMLElement | null | undefined,
): void {
  const wasInside = useRef(false)
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      wasInside.current = target instanceof Node && from.current?.contains(target) === true
    }
    document.addEventListener('focusin', note)
    return () => document.removeEventListener('focusin', note)
  }, [from])
  // After each change of what is shown: what goes does not say so.
  useEffect(() => {
    if (!wasInside.current || document.activeElement !== document.body) return
    wasInside.current = false
    const next = to()
    if (next && !next.hasAttribute('tabindex')) next.tabIndex = -1
    next?.focus({ preventScroll: true })
  })
}

/** The list in it, which has the keys, or what is chosen in it; where there is neither, itself. */
export function gridOr(element: HTMLElement | null): HTMLElement | null {
  return element?.querySelector<HTMLElement>('[role="grid"], [aria-current="true"]') ?? element
}
