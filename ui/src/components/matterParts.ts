// What a kind of matter shows above its timeline, beside what all of them show.
import type { Component } from 'vue'
import HandoverSnapshot from './HandoverSnapshot.vue'
import WarningAnswers from './WarningAnswers.vue'
import WarningRouting from './WarningRouting.vue'

const PARTS: Record<string, Component[]> = { handovers: [HandoverSnapshot], warnings: [WarningRouting, WarningAnswers] }
export const matterParts = (plural: string): Component[] => PARTS[plural] ?? []
