// What a kind of matter shows above its timeline, beside what all of them show.
import type { Component } from 'vue'
import BriefingText from './BriefingText.vue'
import CampaignPart from './CampaignPart.vue'
import CampaignSums from './CampaignSums.vue'
import CheckResults from './CheckResults.vue'
import DangerFacts from './DangerFacts.vue'
import DangersFrom from './DangersFrom.vue'
import DutySource from './DutySource.vue'
import HandoverSnapshot from './HandoverSnapshot.vue'
import MeetingParts from './MeetingParts.vue'
import TaskSource from './TaskSource.vue'
import WarningAlarms from './WarningAlarms.vue'
import WarningAnswers from './WarningAnswers.vue'
import WarningRouting from './WarningRouting.vue'
import WarningSteps from './WarningSteps.vue'

const PARTS: Record<string, Component[]> = {
  checks: [CheckResults],
  dangers: [DangerFacts], supervisions: [DangerFacts], handovers: [HandoverSnapshot], tasks: [TaskSource], warnings: [WarningRouting, WarningAnswers, WarningAlarms, DangersFrom, WarningSteps],
  orders: [DangersFrom],
  briefings: [BriefingText],
  'campaign-parts': [CampaignPart],
  meetings: [MeetingParts],
  duties: [DutySource],
  'risk-campaigns': [CampaignSums, BriefingText],
}
export const matterParts = (plural: string): Component[] => PARTS[plural] ?? []
