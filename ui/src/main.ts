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
