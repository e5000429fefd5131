import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const IRIS: MantineColorsTuple = [
  '#f1f0fe',
  '#ecebfc',
  '#d4d1f8',
  '#aba8ff',
  '#8b86ea',
  '#7570e6',
  '#655fdf',
  '#5b54d6',
  '#4a43c4',
  '#3c36a6',
]

/** What components of the dark scheme draw with: our grounds, lines and greys, by tokens.css. */
const DARK: MantineColorsTuple = [
  '#edeef2',
  '#a9adb8',
  '#a9adb8',
  '#9498a3',
  '#2f3138',
  '#2f3138',
  '#24262b',
  '#1a1b1f',
  '#131417',
  '#0e0f11',
]

/**
 * Controls by our tokens, 30 px high; see tokens.css for every colour. Components are named by their
 * names alone: importing them would load them all with the first page.
 */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: { iris: IRIS, dark: DARK },
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '1.333', sm: '1.385', md: '1.385', lg: '1.333', xl: '1.333' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '8px', xl: '8px' },
  defaultRadius: 'sm',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '15px', lineHeight: '20px' },
      h2: { fontSize: '15px', lineHeight: '20px' },
    },
  },
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: {
      defaultProps: { variant: 'subtle', size: 28, color: 'gray' },
      vars: () => ({ root: { '--ai-color': 'var(--text-2)', '--ai-hover': 'var(--hover)' } }),
    },
    Switch: {
      defaultProps: { size: 'xs', withThumbIndicator: false },
      vars: () => ({ root: { '--switch-color': 'var(--switch-on)' } }),
    },
    Tabs: { defaultProps: { keepMounted: false } },
    Tooltip: {
      defaultProps: {
        openDelay: 400,
        events: { hover: true, focus: true, touch: false },
        withinPortal: true,
      },
    },
    Menu: {
      defaultProps: {
        // Its own way to take the focus is an element that no menu may have in it.
        withInitialFocusPlaceholder: false,
        onOpen: () => focusFirstItem(MAX_FRAMES),
        transitionProps: { duration: 120 },
      },
    },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { blur: 0 },
        transitionProps: { duration: 120 },
      },
    },
    Drawer: {
      defaultProps: {
        position: 'right',
        overlayProps: { blur: 0 },
        transitionProps: { duration: 120 },
      },
    },
    // Mantine makes these two 2 px smaller than the input, which is too small at our sizes.
    InputWrapper: {
      styles: {
        description: { fontSize: 12 },
        error: { fontSize: 12 },
        label: { fontSize: 12, fontWeight: 500 },
      },
    },
    ...sized([
      'TextInput',
      'Textarea',
      'Select',
      'MultiSelect',
      'NumberInput',
      'PasswordInput',
      'Checkbox',
      'Radio',
      'TagsInput',
      'JsonInput',
      'SegmentedControl',
      'NativeSelect',
      'Autocomplete',
    ]),
  },
})

/** How many frames a menu may take to be there. */
const MAX_FRAMES = 20

/** Or the keys, Escape too, would go on belonging to the button that opened it. */
function focusFirstItem(frames: number): void {
  const item = document.querySelector<HTMLElement>(
    '[data-menu-dropdown] [data-menu-item]:not(:disabled)',
  )
  if (item) item.focus({ preventScroll: true })
  else if (frames > 0) requestAnimationFrame(() => focusFirstItem(frames - 1))
}

function sized(names: string[]) {
  return Object.fromEntries(names.map((name) => [name, { defaultProps: { size: 'xs' } }]))
}

const OURS = {
  '--mantine-color-body': 'var(--content)',
  '--mantine-color-text': 'var(--text-1)',
  '--mantine-color-dimmed': 'var(--text-2)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-anchor': 'var(--accent-text)',
  '--mantine-color-default': 'var(--content)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text-1)',
  '--mantine-color-default-border': 'var(--input-border)',
  '--mantine-color-gray-text': 'var(--text-2)',
  '--mantine-color-iris-filled': 'var(--accent)',
  '--mantine-color-iris-filled-hover': 'var(--accent-hover)',
  '--mantine-color-iris-text': 'var(--accent-text)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
  '--mantine-primary-color-light-color': 'var(--accent-text)',
  '--mantine-primary-color-contrast': '#ffffff',
  '--mantine-shadow-md': 'var(--shadow)',
  '--mantine-shadow-lg': 'var(--shadow)',
}

/** Mantine's own colours have too little contrast: ours stand in their place, in both schemes. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: OURS,
  dark: OURS,
})
