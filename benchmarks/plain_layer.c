/* Logit backward induction without private types, written by hand: what a kernel of standoff is compared with.

   One layer of one period of a game of two players: for every state its actions (compressed rows), for every action its
   payoffs and branches, as in standoff.game.model. Compile with: gcc -O3 -march=native -ffast-math -shared -fPIC. */

#include <math.h>
#include <stdint.h>

#define CHUNK 512

void plain_layer(int64_t num_states, const int32_t *mover, const int32_t *action_start, const double *action_payoff,
                 const int32_t *branch_start, const double *probability, const int32_t *target,
                 const double *terminal_values, const double *rationality, const double *values, double *out,
                 double *strategies, double *regrets)
{
    double q[2 * CHUNK], odds[CHUNK], tops[CHUNK];
    int64_t begin = 0;
    while (begin < num_states) {
        const int32_t base = action_start[begin];
        int64_t end = begin;
        while (end < num_states && action_start[end + 1] - base <= CHUNK)
            end++;
        const int32_t count = action_start[end] - base;
        for (int32_t a = 0; a < count; a++) {
            double q0 = action_payoff[2 * (base + a)], q1 = action_payoff[2 * (base + a) + 1];
            for (int32_t k = branch_start[base + a]; k < branch_start[base + a + 1]; k++) {
                const int32_t y = target[k];
                const double *worth = y < 0 ? terminal_values + 2 * (-y - 1) : values + 2 * y;
                q0 += probability[k] * worth[0];
                q1 += probability[k] * worth[1];
            }
            q[2 * a] = q0;
            q[2 * a + 1] = q1;
        }
        for (int64_t x = begin; x < end; x++) {
            const int32_t m = mover[x], first = action_start[x] - base, last = action_start[x + 1] - base;
            double top = q[2 * first + m];
            for (int32_t a = first + 1; a < last; a++)
                top = q[2 * a + m] > top ? q[2 * a + m] : top;
            for (int32_t a = first; a < last; a++)
                odds[a] = rationality[m] * (q[2 * a + m] - top);
            tops[x - begin] = top;
        }
        for (int32_t a = 0; a < count; a++)
            odds[a] = exp(odds[a]);
        for (int64_t x = begin; x < end; x++) {
            const int32_t m = mover[x], first = action_start[x] - base, last = action_start[x + 1] - base;
            double total = 0.0, v0 = 0.0, v1 = 0.0;
            for (int32_t a = first; a < last; a++)
                total += odds[a];
            const double share = 1.0 / total;
            for (int32_t a = first; a < last; a++) {
                const double s = odds[a] * share;
                strategies[base + a] = s;
                v0 += s * q[2 * a];
                v1 += s * q[2 * a + 1];
            }
            out[2 * x] = v0;
            out[2 * x + 1] = v1;
            regrets[x] = tops[x - begin] - (m ? v1 : v0);
        }
        begin = end;
    }
}
