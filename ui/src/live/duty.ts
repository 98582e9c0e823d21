import { computed } from 'vue'
import { may, user } from '@/api/session'

/** Whom alarms call: who may judge them. Others see them without being called. */
export const onDuty = computed(() => user.value !== null && may('alarm.ack'))
