"""A method for every command of the catalogue. Generated (`make docs`); a test keeps it so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, TypedDict, Unpack

from airshed.engine import commands as c
from airshed.model.provenance import Provenance
from airshed.service.http.shapes.commands import CommandReceipt


class How(TypedDict, total=False):
    """How a command is sent."""

    #: The key under which it counts once; one is drawn where none is given.
    key: str
    #: For the how manieth time it is meant: the key is then made of the content.
    times: int
    #: The instant, in a simulation.
    at: str
    #: A one-time code, for what is signed.
    code: str


class Commands(ABC):
    """Every command by name; each is sent once under its key, or under one that is drawn."""

    @abstractmethod
    def send(self, body: c.Body, **how: Unpack[How]) -> CommandReceipt:
        """Send a command and hear its receipt."""

    def adopt_rulebook(
        self,
        programme: c.Name,
        version: c.Name,
        digest: c.Name,
        provenance: Provenance | None = None,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Put a rulebook in force from now on; its digest must be that of the rules at hand. 采用规则。"""
        return self.send(c.AdoptRulebook(programme, version, digest, provenance), **how)

    def register_actor(
        self,
        actor: c.Name,
        role: c.Name,
        account: c.Maybe = "",
        jurisdiction: c.Maybe = "",
        may: c.May = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Let a person or machine act in a role, for the zone or one jurisdiction, for an account or none.

        登记行为人。
        """
        return self.send(c.RegisterActor(actor, role, account, jurisdiction, may), **how)

    def suspend_actor(self, actor: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let somebody do nothing until further notice; what they proposed falls. 暂停行为人。"""
        return self.send(c.SuspendActor(actor, reason), **how)

    def resume_actor(self, actor: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Let a suspended person or machine act again. 恢复行为人。"""
        return self.send(c.ResumeActor(actor), **how)

    def revoke_actor(self, actor: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Take the rights of a person or machine for good; the name is not given again. 撤销行为人。"""
        return self.send(c.RevokeActor(actor, reason), **how)

    def open_account(
        self,
        account: c.Name,
        kind: Literal["operator", "trader", "public"],
        name: c.Text,
        jurisdiction: c.Name,
        group: c.Maybe = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Open an account for an operator, a trader or the public. 开立账户。"""
        return self.send(c.OpenAccount(account, kind, name, jurisdiction, group), **how)

    def freeze_account(self, account: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Stop every act of an account, with the reason. 冻结账户。"""
        return self.send(c.FreezeAccount(account, reason), **how)

    def thaw_account(self, account: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Let a frozen account act again. 解冻账户。"""
        return self.send(c.ThawAccount(account), **how)

    def close_account(self, account: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Close an account for good, once nothing lies in it and nothing waits or is owed for it. 注销账户。"""
        return self.send(c.CloseAccount(account, reason), **how)

    def register_source(
        self,
        source: c.Name,
        name: c.Text,
        account: c.Name,
        jurisdiction: c.Name,
        sector: c.Name,
        simulated: bool,
        stacks: tuple[c.StackEntry, ...] = (),
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Enter a source with its operator's account and its monitored stacks. 登记排放源。"""
        return self.send(c.RegisterSource(source, name, account, jurisdiction, sector, simulated, stacks), **how)

    def opt_in(
        self, source: c.Name, year: c.Year, baseline: tuple[c.OptInBaseline, ...], reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Let a source that the law does not oblige owe allowances from a year on, as it asked. 自愿纳入。"""
        return self.send(c.OptIn(source, year, baseline, reason), **how)

    def opt_out(self, source: c.Name, year: c.Year, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let a source that has opted in leave, once it has returned what it was given for later years.

        退出自愿纳入。
        """
        return self.send(c.OptOut(source, year, reason), **how)

    def deposit(self, account: c.Name, fen: c.Money, **how: Unpack[How]) -> CommandReceipt:
        """The settlement bank has received money for an account. 入金。"""
        return self.send(c.Deposit(account, fen), **how)

    def withdraw(self, account: c.Name, fen: c.Money, **how: Unpack[How]) -> CommandReceipt:
        """The settlement bank pays an account's free money out. 出金。"""
        return self.send(c.Withdraw(account, fen), **how)

    def confirm_act(self, act: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """The second pair of eyes: an act of another that waits takes effect now. 复核确认。"""
        return self.send(c.ConfirmAct(act), **how)

    def reject_act(self, act: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let an act that waits fall; whoever proposed it may take it back so. 复核退回。"""
        return self.send(c.RejectAct(act, reason), **how)

    def restrict_account(self, account: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let an account give only by the transactions that the law leaves to a restricted one. 限制账户交易。"""
        return self.send(c.RestrictAccount(account, reason), **how)

    def suspend_account(self, account: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let nobody act for an account, and freeze it, until further notice. 暂停账户。"""
        return self.send(c.SuspendAccount(account, reason), **how)

    def notice_closure(self, account: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Give notice that an account is to be closed: its holder empties it by then, and it takes nothing.

        预告注销。
        """
        return self.send(c.NoticeClosure(account, reason), **how)

    def offer_source(self, source: c.Name, target: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Offer a source to the account of who has bought the works; that account claims it. 提出排放源转移。"""
        return self.send(c.OfferSource(source, target), **how)

    def claim_source(self, source: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Claim a source that is offered to one's account, with what is owed; the authority transfers it.

        认领排放源。
        """
        return self.send(c.ClaimSource(source), **how)

    def transfer_source(self, source: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Let a source that is offered and claimed pass to its new account, from now on. 准予排放源转移。"""
        return self.send(c.TransferSource(source), **how)

    def drop_source(self, source: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Take an offer of a source back, decline it, or refuse it: the source stays where it is. 撤回排放源转移。"""
        return self.send(c.DropSource(source, reason), **how)

    def cancel_allowances(
        self, account: c.Name, series: c.Name, count: c.Whole, statement: c.Statement = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """Give up allowances for good, for no emission: nobody will emit them. It cannot be undone. 自愿注销配额。"""
        return self.send(c.CancelAllowances(account, series, count, statement), **how)

    def set_cap(self, pollutant: c.Name, jurisdiction: c.Name, vintage: c.Year, **how: Unpack[How]) -> CommandReceipt:
        """Bring the allowances of a series into being, as many as the rulebook's cap says. 设定总量。"""
        return self.send(c.SetCap(pollutant, jurisdiction, vintage), **how)

    def allocate(
        self,
        pollutant: c.Name,
        jurisdiction: c.Name,
        vintage: c.Year,
        activities: tuple[c.ActivityLine, ...],
        knowing: c.Known | None = None,
        details: tuple[c.ActivityDetail, ...] = (),
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Share out a series: new-entrant reserve, part for auction, the rest by the rulebook's method. 分配配额。"""
        return self.send(c.Allocate(pollutant, jurisdiction, vintage, activities, knowing or {}, details), **how)

    def true_up(
        self,
        pollutant: c.Name,
        jurisdiction: c.Name,
        vintage: c.Year,
        outputs: tuple[c.OutputLine, ...],
        details: tuple[c.ActivityDetail, ...] = (),
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Settle what was given in advance by the year's verified output: the rest is given, or taken back.

        核定清算。
        """
        return self.send(c.TrueUp(pollutant, jurisdiction, vintage, outputs, details), **how)

    def issue_credits(
        self,
        account: c.Name,
        credit: c.Name,
        jurisdiction: c.Name,
        vintage: c.Year,
        count: c.Whole,
        project: c.Text,
        evidence: c.Seal,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Credit a project with what it spares the air; credits count toward obligations as the law says. 签发信用。"""
        return self.send(c.IssueCredits(account, credit, jurisdiction, vintage, count, project, evidence), **how)

    def void_credits(
        self, series: c.Name, first: c.Serial, last: c.Serial, reason: c.Text, evidence: c.Seal, **how: Unpack[How]
    ) -> CommandReceipt:
        """Find credits void: whoever holds them loses them, whoever used them makes them good. 撤销信用。"""
        return self.send(c.VoidCredits(series, first, last, reason, evidence), **how)

    def transfer(
        self, origin: c.Name, target: c.Name, series: c.Name, count: c.Whole, **how: Unpack[How]
    ) -> CommandReceipt:
        """Move allowances from an account to another without money; of a strip, every vintage or none."""
        return self.send(c.Transfer(origin, target, series, count), **how)

    def cancel_transfer(self, transfer: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Call off a transfer that waits; its allowances are free again. 撤销待执行的划转。"""
        return self.send(c.CancelTransfer(transfer), **how)

    def execute_transfers(self, **how: Unpack[How]) -> CommandReceipt:
        """Carry out every transfer whose hour has come; one that the rules forbid by now falls. 执行到期的划转。"""
        return self.send(c.ExecuteTransfers(), **how)

    def trust_account(self, account: c.Name, trusted: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Name an account as trusted; it counts as that after the days that the law has for it. 加入信任账户名单。"""
        return self.send(c.TrustAccount(account, trusted), **how)

    def distrust_account(self, account: c.Name, trusted: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Take an account off the list of those that are trusted, at once. 移出信任账户名单。"""
        return self.send(c.DistrustAccount(account, trusted), **how)

    def set_transfer_limits(
        self,
        account: c.Name,
        two_above: c.Count | None = None,
        trusted_above: c.Count | None = None,
        lift: tuple[Literal["two_above", "trusted_above"], ...] = (),
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Bind oneself: what is more takes two, or goes to trusted accounts only; looser counts later.

        设定划转限额。
        """
        return self.send(c.SetTransferLimits(account, two_above, trusted_above, lift), **how)

    def reverse_transfer(self, transfer: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Take a transfer back within the time that the law has for it: the same serials, if they are there.

        冲正划转。
        """
        return self.send(c.ReverseTransfer(transfer, reason), **how)

    def reverse_surrender(
        self, source: c.Name, year: c.Year, pollutant: c.Name, count: c.Whole, reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Give back what was surrendered, the last first, within the time that the law has for it. 冲正清缴。"""
        return self.send(c.ReverseSurrender(source, year, pollutant, count, reason), **how)

    def return_excess(
        self, source: c.Name, series: c.Name, count: c.Whole, reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Return what a source was granted too much, to the government reserve. 退还超额分配的配额。"""
        return self.send(c.ReturnExcess(source, series, count, reason), **how)

    def write_off(self, series: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Write off what nobody surrendered of a vintage that has ended, whoever holds it, but what is set aside.

        核销。
        """
        return self.send(c.WriteOff(series), **how)

    def cut_holdings(
        self, pollutant: c.Name, through: c.Year, share: c.Share, reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Cut what accounts hold of a pollutant by a share, pledged and leased alike, for good. 按比例削减持有配额。"""
        return self.send(c.CutHoldings(pollutant, through, share, reason), **how)

    def open_sale(
        self, sale: c.Name, series: c.Name, years: c.Term, count: c.Whole, until: c.Day, **how: Unpack[How]
    ) -> CommandReceipt:
        """

        Offer allowances of a series to existing sources at the fixed price, for one vintage or several from it on.
        """
        return self.send(c.OpenSale(sale, series, years, count, until), **how)

    def close_sale(self, sale: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """End a sale; what is not sold is free again. 结束定价出让。"""
        return self.send(c.CloseSale(sale), **how)

    def buy_allocation(
        self, sale: c.Name, source: c.Name, count: c.Whole, first: c.Share, **how: Unpack[How]
    ) -> CommandReceipt:
        """Buy allowances for a source in a sale: the first instalment is paid, the allowances are delivered at once."""
        return self.send(c.BuyAllocation(sale, source, count, first), **how)

    def pay_instalment(self, purchase: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Pay the next instalment of a purchase, with interest when it is late; what it pays for is free.

        支付分期款。
        """
        return self.send(c.PayInstalment(purchase), **how)

    def withdraw_unpaid(self, purchase: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """

        Withdraw what a purchase has not paid for, when an instalment is overdue; it goes to the government reserve.
        """
        return self.send(c.WithdrawUnpaid(purchase), **how)

    def apply_for_reserve(
        self, source: c.Name, series: c.Name, kind: Literal["new", "extension"], capacity: c.Whole, **how: Unpack[How]
    ) -> CommandReceipt:
        """Apply for allowances of the reserve for new and extended sources; their price is set aside. 申请储备配额。"""
        return self.send(c.ApplyForReserve(source, series, kind, capacity), **how)

    def drop_application(self, application: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Take an application back, or turn it down with a reason. 撤回或驳回申请。"""
        return self.send(c.DropApplication(application, reason), **how)

    def grant_reserve(self, series: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Serve the applications for a series from the reserve, cut alike or in the order in which they came."""
        return self.send(c.GrantReserve(series), **how)

    def release_unused(self, series: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Send the part of the new-entrant reserve that nobody was granted to auction, once the year allows it."""
        return self.send(c.ReleaseUnused(series), **how)

    def open_repurchase(
        self, repurchase: c.Name, series: c.Name, count: c.Whole, budget_fen: c.Money, **how: Unpack[How]
    ) -> CommandReceipt:
        """Ask for sealed offers of a series: the government buys from the cheapest up; its budget is set aside."""
        return self.send(c.OpenRepurchase(repurchase, series, count, budget_fen), **how)

    def ask_repurchase(
        self, repurchase: c.Name, account: c.Name, count: c.Whole, price: c.Price, **how: Unpack[How]
    ) -> CommandReceipt:
        """A sealed offer to sell in a reverse auction; the allowances are set aside. 反向拍卖报价。"""
        return self.send(c.AskRepurchase(repurchase, account, count, price), **how)

    def close_repurchase(self, repurchase: c.Name, seed: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Buy from the cheapest up, as far as count and budget reach; what is bought goes to the government reserve."""
        return self.send(c.CloseRepurchase(repurchase, seed), **how)

    def feed_reserve(self, series: c.Name, count: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Set allowances of the jurisdiction's auction account aside in its reserve. 补充储备。"""
        return self.send(c.FeedReserve(series, count, reason), **how)

    def draw_reserve(
        self,
        series: c.Name,
        count: c.Whole,
        purpose: Literal["auction", "containment"],
        reason: c.Text,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Take allowances out of the reserve into the jurisdiction's auction account. 动用储备。"""
        return self.send(c.DrawReserve(series, count, purpose, reason), **how)

    def close_source(self, source: c.Name, day: c.Day, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Record that a source has stopped for good; it is granted nothing more, and still reports and surrenders."""
        return self.send(c.CloseSource(source, day, reason), **how)

    def reopen_source(self, source: c.Name, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Take back that a source has closed, which has been shown wrong. 撤销关闭登记。"""
        return self.send(c.ReopenSource(source, reason), **how)

    def notice_withdrawal(
        self,
        source: c.Name,
        series: c.Name,
        ground: Literal["closure", "idle", "excess", "paid_reduction"],
        reason: c.Text,
        figure: c.Whole = 0,
        base: c.Whole = 0,
        reduced_kg: c.Kilograms = 0,
        public_share: c.Part = 0,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Give notice that part of a grant will be withdrawn; the rule says how much, and it is blocked at once."""
        body = c.NoticeWithdrawal(source, series, ground, reason, figure, base, reduced_kg, public_share)
        return self.send(body, **how)

    def appeal_withdrawal(self, withdrawal: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Appeal a notice; nothing is withdrawn until the appeal is decided. 对收回提出申诉。"""
        return self.send(c.AppealWithdrawal(withdrawal, reason), **how)

    def decide_appeal(self, withdrawal: c.Whole, upheld: bool, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Decide an appeal; who gave the notice does not. 裁决申诉。"""
        return self.send(c.DecideAppeal(withdrawal, upheld, reason), **how)

    def withdraw_allowances(self, withdrawal: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Carry a withdrawal out, once its notice is over: into the government reserve, at the price of the rule."""
        return self.send(c.WithdrawAllowances(withdrawal), **how)

    def pay_back(self, withdrawal: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Pay for what was to be withdrawn and had been sold on already. 补缴已售配额款。"""
        return self.send(c.PayBack(withdrawal), **how)

    def restore_withdrawn(self, withdrawal: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Give back what was withdrawn, once it is shown wrong. 返还误收配额。"""
        return self.send(c.RestoreWithdrawn(withdrawal, reason), **how)

    def reverse_allocation(
        self, source: c.Name, series: c.Name, count: c.Whole, reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Take back what an error gave; what is no longer there is withheld from the next allocation. 更正误发配额。"""
        return self.send(c.ReverseAllocation(source, series, count, reason), **how)

    def withhold(
        self,
        source: c.Name,
        series: c.Name,
        ground: Literal["missing_report", "unverified_year", "unpaid_penalty", "unpaid_back", "investigation"],
        year: c.Year,
        count: c.Whole,
        reason: c.Text,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Block part of a grant until a condition is met. 暂扣配额。"""
        return self.send(c.Withhold(source, series, ground, year, count, reason), **how)

    def release_withheld(self, withholding: c.Whole, reason: c.Text = "", **how: Unpack[How]) -> CommandReceipt:
        """Free what was withheld, once the condition is met. 解除暂扣。"""
        return self.send(c.ReleaseWithheld(withholding, reason), **how)

    def forfeit_withheld(self, withholding: c.Whole, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Send what is withheld to the government reserve, when the condition was not met in time. 没收暂扣配额。"""
        return self.send(c.ForfeitWithheld(withholding, reason), **how)

    def open_auction(
        self,
        auction: c.Name,
        series: c.Name,
        count: c.Whole,
        event: c.Maybe = "",
        seal: c.Seal = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Offer what a jurisdiction has for auction in a series; what earlier auctions left over comes back by rule."""
        return self.send(c.OpenAuction(auction, series, count, event, seal), **how)

    def consign_lot(
        self, auction: c.Name, account: c.Name, count: c.Whole, minimum: c.Price = 0, **how: Unpack[How]
    ) -> CommandReceipt:
        """Sell allowances of one's own through an auction; they are set aside until it is over. 委托拍卖。"""
        return self.send(c.ConsignLot(auction, account, count, minimum), **how)

    def place_bid(
        self, auction: c.Name, account: c.Name, count: c.Whole, limit: c.Price, **how: Unpack[How]
    ) -> CommandReceipt:
        """A sealed bid; the guarantee that the rules ask for is set aside. 提交密封标书。"""
        return self.send(c.PlaceBid(auction, account, count, limit), **how)

    def close_auction(self, auction: c.Name, seed: c.Whole, salt: c.Maybe = "", **how: Unpack[How]) -> CommandReceipt:
        """Clear an auction and all others of its event; `seed` orders equal prices. 拍卖开标。"""
        return self.send(c.CloseAuction(auction, seed, salt), **how)

    def offer_auction(
        self, auction: c.Name, account: c.Name, series: c.Name, count: c.Whole, reserve: c.Price, **how: Unpack[How]
    ) -> CommandReceipt:
        """A holder offers its own allowances by auction; the money is the holder's. 自行拍卖。"""
        return self.send(c.OfferAuction(auction, account, series, count, reserve), **how)

    def open_session(self, day: c.Day, **how: Unpack[How]) -> CommandReceipt:
        """Open a trading session of the listed market. 开市。"""
        return self.send(c.OpenSession(day), **how)

    def close_session(self, day: c.Day, **how: Unpack[How]) -> CommandReceipt:
        """Close the session: orders that rest are cancelled, closing prices are set. 收市。"""
        return self.send(c.CloseSession(day), **how)

    def place_order(
        self, account: c.Name, series: c.Name, side: c.Side, count: c.Whole, limit: c.Price, **how: Unpack[How]
    ) -> CommandReceipt:
        """Buy or sell a series at a limit or better. 委托下单。"""
        return self.send(c.PlaceOrder(account, series, side, count, limit), **how)

    def cancel_order(self, order: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take a resting order back. 撤单。"""
        return self.send(c.CancelOrder(order), **how)

    def offer_repurchase(self, account: c.Name, series: c.Name, count: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Sell leftovers to the government at the rulebook's price. 向政府出售结余。"""
        return self.send(c.OfferRepurchase(account, series, count), **how)

    def offer_deal(
        self,
        kind: Literal["block", "transfer"],
        seller: c.Name,
        buyer: c.Name,
        series: c.Name,
        count: c.Whole,
        price: c.Price,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """

        Offer allowances to one buyer at a price agreed on; they are set aside until the buyer accepts or declines.
        """
        return self.send(c.OfferDeal(kind, seller, buyer, series, count, price), **how)

    def accept_deal(self, deal: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Accept a deal that was offered: delivery against payment, in one entry. 接受协议。"""
        return self.send(c.AcceptDeal(deal), **how)

    def drop_deal(self, deal: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take a deal back, or decline it. 撤回或拒绝协议。"""
        return self.send(c.DropDeal(deal), **how)

    def halt_market(self, series: c.Maybe, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Stop the listed market of a series, or of all. 停市。"""
        return self.send(c.HaltMarket(series, reason), **how)

    def resume_market(self, series: c.Maybe, **how: Unpack[How]) -> CommandReceipt:
        """Let a halted market go on. 复市。"""
        return self.send(c.ResumeMarket(series), **how)

    def allow_crossing(
        self, account: c.Name, jurisdiction: c.Name, until: c.Day, reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Give an account leave to buy series of another jurisdiction, where the rulebook asks for it.

        许可跨区购买。
        """
        return self.send(c.AllowCrossing(account, jurisdiction, until, reason), **how)

    def open_call(
        self, call: c.Name, series: c.Name, wall: c.Maybe, seal: c.Seal = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """Open a call for a series: orders are gathered and none trades before it closes. 开始集合竞价。"""
        return self.send(c.OpenCall(call, series, wall, seal), **how)

    def place_call_order(
        self, call: c.Name, account: c.Name, side: c.Side, count: c.Whole, limit: c.Price, **how: Unpack[How]
    ) -> CommandReceipt:
        """Buy or sell in a call, at a limit or better. 集合竞价委托。"""
        return self.send(c.PlaceCallOrder(call, account, side, count, limit), **how)

    def drop_call_order(self, call: c.Name, number: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take an order of a call back before it closes. 撤回集合竞价委托。"""
        return self.send(c.DropCallOrder(call, number), **how)

    def close_call(self, call: c.Name, seed: c.Whole, salt: c.Maybe = "", **how: Unpack[How]) -> CommandReceipt:
        """Clear a call at the price at which most changes hands. 集合竞价收盘。"""
        return self.send(c.CloseCall(call, seed, salt), **how)

    def open_zone_call(self, call: c.Name, pollutant: c.Name, seal: c.Seal = "", **how: Unpack[How]) -> CommandReceipt:
        """Open a call for a pollutant in the whole zone: orders are gathered and none trades before it closes."""
        return self.send(c.OpenZoneCall(call, pollutant, seal), **how)

    def place_zone_offer(
        self,
        call: c.Name,
        account: c.Name,
        series: c.Name,
        place: c.Name,
        count: c.Whole,
        limit: c.Price,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Offer allowances of a series in a zone-wide call, at a limit or better. 全区竞价卖出委托。"""
        return self.send(c.PlaceZoneOffer(call, account, series, place, count, limit), **how)

    def place_zone_bid(
        self,
        call: c.Name,
        account: c.Name,
        place: c.Name,
        year: c.Year,
        count: c.Kilograms,
        limit: c.Price,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Bid for cover at a place: any series that may go there can fill it, several together. 全区竞价买入委托。"""
        return self.send(c.PlaceZoneBid(call, account, place, year, count, limit), **how)

    def drop_zone_order(self, call: c.Name, number: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take an order of a zone-wide call back before it closes. 撤回全区竞价委托。"""
        return self.send(c.DropZoneOrder(call, number), **how)

    def close_zone_call(
        self, call: c.Name, seed: int, rounds: tuple[c.ZoneRound, ...], salt: c.Maybe = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """Clear a zone-wide call by a solver's answer, which is judged, exactly, before anything moves.

        全区竞价收盘。
        """
        return self.send(c.CloseZoneCall(call, seed, rounds, salt), **how)

    def commit_bid(
        self,
        venue: c.Venue,
        name: c.Name,
        account: c.Name,
        digest: c.Digest,
        guarantee_fen: c.Whole = 0,
        series: c.Maybe = "",
        count: c.Whole = 0,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Commit to a bid or an order by its digest; the guarantee is set aside, and is all that shows.

        密封承诺申报。
        """
        return self.send(c.CommitBid(venue, name, account, digest, guarantee_fen, series, count), **how)

    def encrypt_bid(
        self,
        venue: c.Venue,
        name: c.Name,
        account: c.Name,
        box: c.Box,
        guarantee_fen: c.Whole = 0,
        series: c.Maybe = "",
        count: c.Whole = 0,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Make a bid or an order encrypted to the key of the auction or call. 加密申报。"""
        return self.send(c.EncryptBid(venue, name, account, box, guarantee_fen, series, count), **how)

    def withdraw_bid(self, venue: c.Venue, name: c.Name, number: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take a sealed bid back before the close, where the law allows it. 撤回密封申报。"""
        return self.send(c.WithdrawBid(venue, name, number), **how)

    def announce_key(self, venue: c.Venue, name: c.Name, public_key: c.Key, **how: Unpack[How]) -> CommandReceipt:
        """Announce the public key that bids of an auction or a call are encrypted to. 公布加密公钥。"""
        return self.send(c.AnnounceKey(venue, name, public_key), **how)

    def end_bidding(
        self, venue: c.Venue, name: c.Name, private_key: c.MaybeKey = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """The close: no bid is taken any more, and those that are sealed may be opened; of a whole event. 截止申报。"""
        return self.send(c.EndBidding(venue, name, private_key), **how)

    def open_bid(
        self, venue: c.Venue, name: c.Name, account: c.Name, text: c.Text, salt: c.Salt, **how: Unpack[How]
    ) -> CommandReceipt:
        """Open one's own commitment after the close. 揭示密封申报。"""
        return self.send(c.OpenBid(venue, name, account, text, salt), **how)

    def pledge_allowances(
        self,
        pledgor: c.Name,
        pledgee: c.Name,
        series: c.Name,
        count: c.Whole,
        secured: c.Money,
        until: c.Day,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Pledge allowances for a debt: they are set aside at once, and bound when the pledgee accepts. 设立质押。"""
        return self.send(c.PledgeAllowances(pledgor, pledgee, series, count, secured, until), **how)

    def accept_pledge(self, pledge: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Accept a pledge: from now on only the pledgee, or the payment of the debt, sets it free. 接受质押。"""
        return self.send(c.AcceptPledge(pledge), **how)

    def release_pledge(self, pledge: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Set a pledge free: the pledgee at any time, the pledgor while it is not accepted. 解除质押。"""
        return self.send(c.ReleasePledge(pledge), **how)

    def redeem_pledge(self, pledge: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Pay the secured debt through the ledger; the pledge is free in the same entry. 清偿赎回质押。"""
        return self.send(c.RedeemPledge(pledge), **how)

    def call_pledge(self, pledge: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Give notice, after the last day to pay, that the pledge will be enforced. 质押处置通知。"""
        return self.send(c.CallPledge(pledge), **how)

    def sell_pledge(
        self, pledge: c.Whole, auction: c.Name, series: c.Name, count: c.Whole, reserve: c.Price, **how: Unpack[How]
    ) -> CommandReceipt:
        """

        Have, after the notice, pledged allowances sold by auction; the debt is paid first, the rest is the pledgor's.
        """
        return self.send(c.SellPledge(pledge, auction, series, count, reserve), **how)

    def enforce_pledge(self, pledge: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take, after the notice, what covers the debt at the reference price; the rest is free again.

        以质押配额抵债。
        """
        return self.send(c.EnforcePledge(pledge), **how)

    def offer_lease(
        self,
        lessor: c.Name,
        lessee: c.Name,
        series: c.Name,
        count: c.Whole,
        rent: c.Rent,
        pay: Literal["once", "yearly"],
        part_of: c.Whole = 0,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Offer allowances to one lessee for use against rent; they are set aside until it accepts or declines."""
        return self.send(c.OfferLease(lessor, lessee, series, count, rent, pay, part_of), **how)

    def accept_lease(self, lease: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Accept a lease: allowances against rent, in one entry. 接受租赁。"""
        return self.send(c.AcceptLease(lease), **how)

    def drop_lease(self, lease: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take an offered lease back, or decline it. 撤回或拒绝租赁。"""
        return self.send(c.DropLease(lease), **how)

    def pay_rent(self, lease: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Pay the next year of a lease that is paid yearly, and get its vintage in the same entry. 支付年租。"""
        return self.send(c.PayRent(lease), **how)

    def end_lease(self, lease: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """End a lease: the lessee at any time, the lessor after its last day, or when rent is overdue. 终止租赁。"""
        return self.send(c.EndLease(lease), **how)

    def grant_right(
        self,
        account: c.Name,
        pollutant: c.Name,
        jurisdiction: c.Name,
        count: c.Whole,
        first: c.Year,
        last: int,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Grant a right: what is issued already goes to its holder now, every later vintage when its cap is set."""
        return self.send(c.GrantRight(account, pollutant, jurisdiction, count, first, last), **how)

    def renew_right(self, right: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Renew a right after its review: it is served for as many vintages more as the rulebook says. 续展排污权。"""
        return self.send(c.RenewRight(right), **how)

    def offer_right(
        self, right: c.Whole, buyer: c.Name, start: c.Year, fen: c.Money, **how: Unpack[How]
    ) -> CommandReceipt:
        """Offer a right to one buyer, with every vintage from one on: those delivered already, and all to come."""
        return self.send(c.OfferRight(right, buyer, start, fen), **how)

    def accept_right(self, right: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Buy a right that is on offer: the right, its delivered vintages and the money, in one entry. 购买排污权。"""
        return self.send(c.AcceptRight(right), **how)

    def drop_right(self, right: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Take the offer of a right back, or decline it. 撤回或拒绝排污权要约。"""
        return self.send(c.DropRight(right), **how)

    def mark_hours(
        self,
        stack: c.Name,
        mark: c.Name,
        first: c.Hour,
        last: c.Hour,
        reason: c.Text,
        evidence: c.Maybe = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """The operator says what a stack's hours were: stopped, starting up, under maintenance, and so on.

        标记时段。
        """
        return self.send(c.MarkHours(stack, mark, first, last, reason, evidence), **how)

    def prove_mark(self, mark: c.Whole, evidence: c.Name, **how: Unpack[How]) -> CommandReceipt:
        """Hand in the proof of a mark. 提交标记证明。"""
        return self.send(c.ProveMark(mark, evidence), **how)

    def decide_mark(self, mark: c.Whole, approved: bool, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Approve a mark that is proven, or refuse it; a refused mark is reverted. 审批标记。"""
        return self.send(c.DecideMark(mark, approved, reason), **how)

    def lapse_mark(self, mark: c.Whole, **how: Unpack[How]) -> CommandReceipt:
        """Revert a mark whose proof did not come in time. 标记逾期失效。"""
        return self.send(c.LapseMark(mark), **how)

    def approve_plan(
        self, source: c.Name, begins: c.Day, lines: tuple[c.PlanLine, ...], evidence: c.Digest, **how: Unpack[How]
    ) -> CommandReceipt:
        """Approve how a works is monitored from a day on, in place of the plan before. 批准监测方案。"""
        return self.send(c.ApprovePlan(source, begins, lines, evidence), **how)

    def file_estimate(
        self,
        source: c.Name,
        year: c.Year,
        pollutant: c.Name,
        part: c.Name,
        method: c.Method,
        first: c.Day,
        last: c.Day,
        mass_mg: c.Whole,
        calculation: c.Text,
        evidence: c.Digest,
        below: c.Spread | None = None,
        above: c.Spread | None = None,
        replaces: c.Maybe = "",
        reason: c.Text = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Hand in a mass that no monitor measured, with the file that it is calculated from. 提交核算排放量。"""
        body = c.FileEstimate(
            source,
            year,
            pollutant,
            part,
            method,
            first,
            last,
            mass_mg,
            calculation,
            evidence,
            below,
            above,
            replaces,
            reason,
        )
        return self.send(body, **how)

    def record_test(
        self,
        stack: c.Name,
        of: c.Name,
        test: c.QualityKind,
        hour: c.Hour,
        result: c.Spread,
        evidence: c.Digest,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Enter a test of a monitor: drift of zero or span, or accuracy against a reference. 录入质控测试。"""
        return self.send(c.RecordTest(stack, of, test, hour, result, evidence), **how)

    def seal_day(
        self,
        stack: c.Name,
        day: c.Day,
        hours: dict[c.Name, tuple[c.Whole, c.Whole, c.Whole]],
        mass_mg: dict[c.Name, c.Whole],
        evidence: c.Name,
        replaces: c.Maybe = "",
        reason: c.Text = "",
        marks: tuple[c.Whole, ...] = (),
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Close a day of a stack: hours by state, mass per pollutant, digest of the evidence. 封存日数据。"""
        return self.send(c.SealDay(stack, day, hours, mass_mg, evidence, replaces, reason, marks), **how)

    def note_findings(
        self, stack: c.Name, year: c.Year, findings: tuple[c.FindingLine, ...] = (), **how: Unpack[How]
    ) -> CommandReceipt:
        """

        What the monitoring host found in a stack's year, in place of what it noted before; nothing is an answer too.
        """
        return self.send(c.NoteFindings(stack, year, findings), **how)

    def report_year(
        self,
        source: c.Name,
        year: c.Year,
        declared_g: dict[c.Name, c.Whole] | None = None,
        explained: dict[c.Name, c.Text] | None = None,
        reason: c.Text = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """The operator reports a year: sealed days and estimates are summed; what has neither is declared."""
        return self.send(c.ReportYear(source, year, declared_g or {}, explained or {}, reason), **how)

    def request_improvement(self, source: c.Name, year: c.Year, item: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """The verifier asks the operator to mend something or to say why it is so. 要求整改。"""
        return self.send(c.RequestImprovement(source, year, item), **how)

    def answer_improvement(
        self, source: c.Name, year: c.Year, number: c.Whole, answer: c.Text, evidence: c.Maybe = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """The operator says what it has done about an item of the improvement list. 答复整改。"""
        return self.send(c.AnswerImprovement(source, year, number, answer, evidence), **how)

    def close_improvement(
        self, source: c.Name, year: c.Year, number: c.Whole, accepted: bool, reason: c.Text = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """The verifier is content with an answer, or sends it back. 整改审结。"""
        return self.send(c.CloseImprovement(source, year, number, accepted, reason), **how)

    def verify_year(
        self, source: c.Name, year: c.Year, opinion: c.Opinion, comments: tuple[c.Text, ...] = (), **how: Unpack[How]
    ) -> CommandReceipt:
        """A verifier's opinion on a reported year. 出具核查意见。"""
        return self.send(c.VerifyYear(source, year, opinion, comments), **how)

    def determine_year(
        self, source: c.Name, year: c.Year, mass_g: dict[c.Name, c.Whole], reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """The authority sets the emission of a year itself, with the reason. 核定年排放量。"""
        return self.send(c.DetermineYear(source, year, mass_g, reason), **how)

    def reopen_year(self, source: c.Name, year: c.Year, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let a verified year that is not settled be corrected, reported and verified again. 重开年度。"""
        return self.send(c.ReopenYear(source, year, reason), **how)

    def surrender(
        self,
        source: c.Name,
        year: c.Year,
        pollutant: c.Name,
        count: c.Whole,
        serials: tuple[c.NamedSerials, ...] = (),
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Give allowances up for a source's verified emission. 清缴配额。"""
        return self.send(c.Surrender(source, year, pollutant, count, serials), **how)

    def close_year(
        self, account: c.Name, year: c.Year, knowing: c.Known | None = None, **how: Unpack[How]
    ) -> CommandReceipt:
        """Settle an account's year after the deadline: shortfall, penalty, make-up, banking. 年度结算。"""
        return self.send(c.CloseYear(account, year, knowing or {}), **how)

    def settle_group(
        self, group: c.Name, year: c.Year, outputs: tuple[c.OutputLine, ...] = (), **how: Unpack[How]
    ) -> CommandReceipt:
        """Settle a group that answers together: who is above its own part of the level owes besides. 共同履约结算。"""
        return self.send(c.SettleGroup(group, year, outputs), **how)

    def pay_penalty(
        self, source: c.Name, year: c.Year, pollutant: c.Maybe, fen: c.Money = 0, case: c.Whole = 0, **how: Unpack[How]
    ) -> CommandReceipt:
        """Pay what is owed of a penalty: the penalty first, its oldest instalment first, then the interest.

        缴纳罚款。
        """
        return self.send(c.PayPenalty(source, year, pollutant, fen, case), **how)

    def ask_instalments(
        self,
        source: c.Name,
        year: c.Year,
        pollutant: c.Maybe,
        parts: c.Whole,
        first_due: c.Day,
        every_months: c.Whole,
        reason: c.Text,
        case: c.Whole = 0,
        evidence: c.Seal = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Ask to pay what is owed of a penalty in parts; until that is answered it is due as before. 申请分期缴纳。"""
        body = c.AskInstalments(source, year, pollutant, parts, first_due, every_months, reason, case, evidence)
        return self.send(body, **how)

    def grant_instalments(
        self,
        source: c.Name,
        year: c.Year,
        pollutant: c.Maybe,
        parts: c.Whole,
        first_due: c.Day,
        every_months: c.Whole,
        reason: c.Text,
        case: c.Whole = 0,
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Let what is owed of a penalty be paid in parts, each on the same day of a month. 准予分期缴纳。"""
        body = c.GrantInstalments(source, year, pollutant, parts, first_due, every_months, reason, case)
        return self.send(body, **how)

    def refuse_instalments(
        self, source: c.Name, year: c.Year, pollutant: c.Maybe, reason: c.Text, case: c.Whole = 0, **how: Unpack[How]
    ) -> CommandReceipt:
        """Refuse an application to pay a penalty in parts. 不予分期缴纳。"""
        return self.send(c.RefuseInstalments(source, year, pollutant, reason, case), **how)

    def exclude_year(self, source: c.Name, year: c.Year, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let a year oblige a source to nothing. 豁免年度。"""
        return self.send(c.ExcludeYear(source, year, reason), **how)

    def include_year(self, source: c.Name, year: c.Year, reason: c.Text, **how: Unpack[How]) -> CommandReceipt:
        """Let an excluded year oblige a source again. 取消豁免。"""
        return self.send(c.IncludeYear(source, year, reason), **how)

    def amend_year(
        self, source: c.Name, year: c.Year, mass_g: dict[c.Name, c.Whole], reason: c.Text, **how: Unpack[How]
    ) -> CommandReceipt:
        """Correct the emission of a year that is settled: the difference to what was accepted counts.

        更正已结算年度。
        """
        return self.send(c.AmendYear(source, year, mass_g, reason), **how)

    def notice_case(
        self,
        source: c.Name,
        year: c.Year,
        ground: c.Name,
        pollutant: c.Maybe,
        fen: c.Money,
        reason: c.Text,
        stack: c.Maybe = "",
        day: c.MaybeDay = "",
        evidence: c.Seal = "",
        **how: Unpack[How],
    ) -> CommandReceipt:
        """Open a case about a breach: what is held against a source, by which article, and what it may cost.

        立案告知。
        """
        return self.send(c.NoticeCase(source, year, ground, pollutant, fen, reason, stack, day, evidence), **how)

    def reply_case(self, case: c.Whole, reply: c.Text, evidence: c.Seal = "", **how: Unpack[How]) -> CommandReceipt:
        """Reply to a notice. 陈述申辩。"""
        return self.send(c.ReplyCase(case, reply, evidence), **how)

    def decide_case(
        self, case: c.Whole, fen: c.Money, reason: c.Text, evidence: c.Seal = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """Decide a case after the reply or its term: as proposed, less, or nothing, which drops it. 作出处罚决定。"""
        return self.send(c.DecideCase(case, fen, reason, evidence), **how)

    def appeal_case(self, case: c.Whole, reason: c.Text, evidence: c.Seal = "", **how: Unpack[How]) -> CommandReceipt:
        """Appeal a decision; nothing is to be paid until the appeal is decided. 申请行政复议。"""
        return self.send(c.AppealCase(case, reason, evidence), **how)

    def decide_case_appeal(
        self, case: c.Whole, fen: c.Money, reason: c.Text, evidence: c.Seal = "", **how: Unpack[How]
    ) -> CommandReceipt:
        """Decide an appeal, by somebody who did not take the decision; never more than was decided. 作出复议决定。"""
        return self.send(c.DecideCaseAppeal(case, fen, reason, evidence), **how)
