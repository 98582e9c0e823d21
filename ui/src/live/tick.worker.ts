// A beat that goes on when the tab is in the background: browsers slow a page's own timers there down to one a minute.
setInterval(() => postMessage(0), 1000)
