/** Shows a screen from its top, for the eyes and for a screen reader. */
export function goToStartOfScreen(): void {
  scrollTo(0, 0);
  document.getElementById('content')?.focus({ preventScroll: true });
}
