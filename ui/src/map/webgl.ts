let answer: boolean | undefined

/** Whether the browser can draw the vector map at all. */
export function hasWebGl2(): boolean {
  if (answer === undefined) {
    try {
      answer = document.createElement('canvas').getContext('webgl2') !== null
    } catch {
      answer = false
    }
  }
  return answer
}
