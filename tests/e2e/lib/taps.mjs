// Taps as the page feels them: every pointer that was put down on it and lifted again by a person, whatever it hit. What is typed, or
// chosen in the telephone's own camera, is none of the page's.

/** Counts from now on; gives a function that says how many. */
export async function countTaps(page) {
  await page.evaluate(() => {
    if (globalThis.taps === undefined) addEventListener('pointerup', (e) => { if (e.isTrusted) globalThis.taps++ }, true)
    globalThis.taps = 0
  })
  return () => page.evaluate(() => globalThis.taps)
}

/** The camera, as a finger opens it: a tap on its button, and the photo is there. */
export async function tapPhoto(page, button, file) {
  const opened = page.waitForEvent('filechooser')
  await button.tap()
  await (await opened).setFiles(file)
}

export async function tapAndType(page, field, words) {
  await field.tap()
  await page.keyboard.insertText(words)
}
