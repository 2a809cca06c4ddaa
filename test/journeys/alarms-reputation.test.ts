/**
 * Goal: whoever is on call is woken once, in time, and reads why, when a provider, a list or a tenant harms the reputation.
 * Method: the faults of operator/prove/alarm-faults-reputation.ts are induced in the local runtime, whose alarms run
 * up to 300 times faster than real time.
 */
import { reputationFaults } from '../../operator/prove/alarm-faults-reputation.ts';
import { testFaults } from './support/alarms.ts';

testFaults('alarms-reputation', reputationFaults);
