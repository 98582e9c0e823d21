import { ref } from 'vue'

/** The browser's clock, once a second: everything that counts up or down reads it. */
export const now = ref(Date.now())
setInterval(() => {
  now.value = Date.now()
}, 1000)
