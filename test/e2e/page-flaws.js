/* Runs in the page. What people with weak eyes, large thumbs, a keyboard or a screen reader would stumble over. */
(() => {
  const found = [];
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [r, g, b] = numbers(colour).map((value) => channel(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const colour = getComputedStyle(element).backgroundColor;
    return numbers(colour)[3] === 0 ? groundOf(element.parentElement) : colour;
  };
  const shown = [...document.body.querySelectorAll('*')].filter((element) => element.getClientRects().length > 0);
  let texts = 0;
  for (const element of shown) {
    const box = element.getBoundingClientRect();
    if ([...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '')) {
      texts += 1;
      const lights = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
      // WCAG 2.2, 1.4.3.
      const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
      if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)}: ${element.textContent}`);
    }
    if (element.matches('button, input, select, textarea, a') && box.height < 44) {
      found.push(`low: ${element.textContent} ${box.height}`);
    }
    if (box.right > innerWidth + 1) found.push(`cut off: ${element.className} ${element.textContent}`);
    if (element.matches('input, select, textarea') && element.labels.length !== 1)
      found.push(`no label: ${element.id}`);
    for (const id of (element.getAttribute('aria-describedby') ?? '').split(' ')) {
      if (id !== '' && document.getElementById(id) === null) found.push(`describes nothing: ${id}`);
    }
  }
  if (texts < 5) found.push('nothing to look at');
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) found.push('an id twice');
  return found;
})();
