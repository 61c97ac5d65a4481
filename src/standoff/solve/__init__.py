"""The solver: from the arrays of a game to its logit equilibrium, with a certificate.

A game (`standoff.game.model`) has periods, layers, states, actions and branches. At a state x and public beliefs b, action a of
mover m is worth to player type p

    W_p(a; .) = r_p(x, a) + sum_y p(y | x, a) V_p(y; .),          Q_h(a) = W_h(a; b'(a)) for the mover's own types h,

strategies are s_h(a) = exp(L Q_h(a)) / Z_h, and the posteriors b'(a) follow from them by Bayes' rule. Values are

    V_{m,h} = sum_a s_h(a) Q_h(a),         V_p = sum_a sbar(a) W_p(a; b'(a)) for everyone else,

where sbar is the strategy weighted by the public belief. Values are held at Chebyshev points of the beliefs.

Read in this order:

1. `equilibrium`: `solve(game, settings)` chooses the belief points, runs both passes and writes the certificate. `result` holds
   settings, certificate and equilibrium.
2. `backward_pass`: values and strategies from the last period to the first, layer by layer. `kernels.arrays` lists the arrays.
3. `kernels.chebyshev`: belief points and interpolation.
4. `kernels.node`: the equations of one decision, H(l) = 0 in the log likelihood ratios l_a = log s_2(a)/s_1(a), and Newton's
   method. `kernels.uniqueness`: the proof that it has one solution. `kernels.arclength`: its branch from rationality 0 where it
   may have several.
5. `kernels.backward`: one layer. It calls `kernels.two_types` for all nodes of a state, which takes them eight at a time:
   `kernels.node_block` (Newton), `kernels.trace_block` (the branch). `kernels.vectors` is the arithmetic of eight numbers, and
   `kernels.cache` keeps what is compiled on disk.
   `kernels.backward_complete` is the same layer without private types; `kernels.simultaneous_node` and
   `kernels.simultaneous_layer` are those of two movers at the same time. `joint_branch`: the principal branch of a whole game, by
   many backward passes, where not every node is proved unique.
6. `forward_pass`: probability mass from the start to the horizon, with the transpose of the same interpolation
   (`kernels.forward` with `kernels.departure` and `kernels.mass`; `kernels.forward_complete` with `kernels.arrivals` without
   private types).

On top of a solution stand `sample` (strategies at any belief, and plays), `public_steps` (what everybody may observe next),
`action_values`, `occupancy` (mass before every decision), `revealed` (the same crisis with known types), `branches` (search for
other equilibria), `batch` (many solves) and, from known strategies by linear sweeps, `continuation_probabilities` and exact
gradients:

7. `adjoint.gradient`: both passes in reverse for one `target`; `adjoint.linear` and `adjoint.sensitivity` are their layers,
   `adjoint.simultaneous` those of two movers at the same time.
"""
