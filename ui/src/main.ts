import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'
import { lang, setLang } from './i18n'
import { applyTokens } from './styles/tokens'
import './styles/element.css'
import './styles/base.css'

applyTokens(document.documentElement)
setLang(lang.value)
createApp(App).use(router).mount('#app')

// Only where the browser allows it: over https, or on this machine.
if (import.meta.env.PROD && 'serviceWorker' in navigator && window.isSecureContext) void navigator.serviceWorker.register('/sw.js').catch(() => undefined)
