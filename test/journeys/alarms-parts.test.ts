/**
 * Goal: whoever is on call is woken once, in time, and reads why, when a part of the pipeline fails, falls silent or costs too much.
 * Method: the faults of operator/prove/alarm-faults-parts.ts are induced in the local runtime, whose alarms run
 * up to 300 times faster than real time.
 */
import { partFaults } from '../../operator/prove/alarm-faults-parts.ts';
import { testFaults } from './support/alarms.ts';

testFaults('alarms-parts', partFaults);
